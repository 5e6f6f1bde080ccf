# SPDX-License-Identifier: Apache-2.0
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MetricKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METRIC_KIND_UNSPECIFIED: _ClassVar[MetricKind]
    METRIC_KIND_GAUGE: _ClassVar[MetricKind]
    METRIC_KIND_COUNTER: _ClassVar[MetricKind]
    METRIC_KIND_HISTOGRAM: _ClassVar[MetricKind]

class RejectReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REJECT_REASON_UNSPECIFIED: _ClassVar[RejectReason]
    REJECT_REASON_VALUE_NAN: _ClassVar[RejectReason]
    REJECT_REASON_NAME_EMPTY: _ClassVar[RejectReason]
    REJECT_REASON_NAME_TOO_LONG: _ClassVar[RejectReason]
    REJECT_REASON_NAME_NOT_UTF8: _ClassVar[RejectReason]
    REJECT_REASON_TIME_TOO_OLD: _ClassVar[RejectReason]
    REJECT_REASON_TIME_TOO_NEW: _ClassVar[RejectReason]
    REJECT_REASON_TIME_IN_MILLISECONDS: _ClassVar[RejectReason]
    REJECT_REASON_TIME_IN_MICROSECONDS: _ClassVar[RejectReason]
    REJECT_REASON_TIME_IN_NANOSECONDS: _ClassVar[RejectReason]
    REJECT_REASON_SERIES_LIMIT: _ClassVar[RejectReason]
    REJECT_REASON_OWNER_UNAVAILABLE: _ClassVar[RejectReason]
    REJECT_REASON_LABEL_INVALID: _ClassVar[RejectReason]
    REJECT_REASON_LABELS_TOO_LARGE: _ClassVar[RejectReason]
    REJECT_REASON_SUPERSEDED: _ClassVar[RejectReason]
    REJECT_REASON_OUTCOME_UNKNOWN: _ClassVar[RejectReason]
    REJECT_REASON_TIME_INVALID: _ClassVar[RejectReason]

class Statistic(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATISTIC_UNSPECIFIED: _ClassVar[Statistic]
    STATISTIC_COUNT: _ClassVar[Statistic]
    STATISTIC_SUM: _ClassVar[Statistic]
    STATISTIC_AVG: _ClassVar[Statistic]
    STATISTIC_MIN: _ClassVar[Statistic]
    STATISTIC_MAX: _ClassVar[Statistic]
    STATISTIC_VARIANCE: _ClassVar[Statistic]
    STATISTIC_STDDEV: _ClassVar[Statistic]
    STATISTIC_LAST: _ClassVar[Statistic]
    STATISTIC_FIRST_SEEN: _ClassVar[Statistic]
    STATISTIC_LAST_SEEN: _ClassVar[Statistic]
    STATISTIC_RATE: _ClassVar[Statistic]
    STATISTIC_SUM_RATE: _ClassVar[Statistic]
    STATISTIC_QUANTILES: _ClassVar[Statistic]

class AckLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACK_LEVEL_UNSPECIFIED: _ClassVar[AckLevel]
    ACK_LEVEL_APPLIED: _ClassVar[AckLevel]
    ACK_LEVEL_DURABLE: _ClassVar[AckLevel]
    ACK_LEVEL_REPLICATED: _ClassVar[AckLevel]
METRIC_KIND_UNSPECIFIED: MetricKind
METRIC_KIND_GAUGE: MetricKind
METRIC_KIND_COUNTER: MetricKind
METRIC_KIND_HISTOGRAM: MetricKind
REJECT_REASON_UNSPECIFIED: RejectReason
REJECT_REASON_VALUE_NAN: RejectReason
REJECT_REASON_NAME_EMPTY: RejectReason
REJECT_REASON_NAME_TOO_LONG: RejectReason
REJECT_REASON_NAME_NOT_UTF8: RejectReason
REJECT_REASON_TIME_TOO_OLD: RejectReason
REJECT_REASON_TIME_TOO_NEW: RejectReason
REJECT_REASON_TIME_IN_MILLISECONDS: RejectReason
REJECT_REASON_TIME_IN_MICROSECONDS: RejectReason
REJECT_REASON_TIME_IN_NANOSECONDS: RejectReason
REJECT_REASON_SERIES_LIMIT: RejectReason
REJECT_REASON_OWNER_UNAVAILABLE: RejectReason
REJECT_REASON_LABEL_INVALID: RejectReason
REJECT_REASON_LABELS_TOO_LARGE: RejectReason
REJECT_REASON_SUPERSEDED: RejectReason
REJECT_REASON_OUTCOME_UNKNOWN: RejectReason
REJECT_REASON_TIME_INVALID: RejectReason
STATISTIC_UNSPECIFIED: Statistic
STATISTIC_COUNT: Statistic
STATISTIC_SUM: Statistic
STATISTIC_AVG: Statistic
STATISTIC_MIN: Statistic
STATISTIC_MAX: Statistic
STATISTIC_VARIANCE: Statistic
STATISTIC_STDDEV: Statistic
STATISTIC_LAST: Statistic
STATISTIC_FIRST_SEEN: Statistic
STATISTIC_LAST_SEEN: Statistic
STATISTIC_RATE: Statistic
STATISTIC_SUM_RATE: Statistic
STATISTIC_QUANTILES: Statistic
ACK_LEVEL_UNSPECIFIED: AckLevel
ACK_LEVEL_APPLIED: AckLevel
ACK_LEVEL_DURABLE: AckLevel
ACK_LEVEL_REPLICATED: AckLevel

class Point(_message.Message):
    __slots__ = ("metric", "value", "timestamp", "labels", "kind")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    metric: str
    value: float
    timestamp: int
    labels: _containers.ScalarMap[str, str]
    kind: MetricKind
    def __init__(self, metric: _Optional[str] = ..., value: _Optional[float] = ..., timestamp: _Optional[int] = ..., labels: _Optional[_Mapping[str, str]] = ..., kind: _Optional[_Union[MetricKind, str]] = ...) -> None: ...

class Rejection(_message.Message):
    __slots__ = ("reason", "count", "first_index", "hint")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_INDEX_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    reason: RejectReason
    count: int
    first_index: int
    hint: str
    def __init__(self, reason: _Optional[_Union[RejectReason, str]] = ..., count: _Optional[int] = ..., first_index: _Optional[int] = ..., hint: _Optional[str] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("points_received", "points_rejected", "rejections", "points_hinted")
    POINTS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    POINTS_REJECTED_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    POINTS_HINTED_FIELD_NUMBER: _ClassVar[int]
    points_received: int
    points_rejected: int
    rejections: _containers.RepeatedCompositeFieldContainer[Rejection]
    points_hinted: int
    def __init__(self, points_received: _Optional[int] = ..., points_rejected: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[Rejection, _Mapping]]] = ..., points_hinted: _Optional[int] = ...) -> None: ...

class Empty(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Grouping(_message.Message):
    __slots__ = ("labels",)
    LABELS_FIELD_NUMBER: _ClassVar[int]
    labels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, labels: _Optional[_Iterable[str]] = ...) -> None: ...

class Ordering(_message.Message):
    __slots__ = ("statistic", "quantile", "ascending")
    STATISTIC_FIELD_NUMBER: _ClassVar[int]
    QUANTILE_FIELD_NUMBER: _ClassVar[int]
    ASCENDING_FIELD_NUMBER: _ClassVar[int]
    statistic: Statistic
    quantile: float
    ascending: bool
    def __init__(self, statistic: _Optional[_Union[Statistic, str]] = ..., quantile: _Optional[float] = ..., ascending: _Optional[bool] = ...) -> None: ...

class SummaryRequest(_message.Message):
    __slots__ = ("names", "prefixes", "globs", "window_seconds", "page_size", "page_token", "bytes_max", "local", "strict", "quantiles", "statistics", "selectors", "group_by", "order_by", "limit", "to", "as_of")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    PREFIXES_FIELD_NUMBER: _ClassVar[int]
    GLOBS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    LOCAL_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    SELECTORS_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    prefixes: _containers.RepeatedScalarFieldContainer[str]
    globs: _containers.RepeatedScalarFieldContainer[str]
    window_seconds: int
    page_size: int
    page_token: str
    bytes_max: int
    local: bool
    strict: bool
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    statistics: _containers.RepeatedScalarFieldContainer[Statistic]
    selectors: _containers.RepeatedScalarFieldContainer[str]
    group_by: Grouping
    order_by: Ordering
    limit: int
    to: int
    as_of: int
    def __init__(self, names: _Optional[_Iterable[str]] = ..., prefixes: _Optional[_Iterable[str]] = ..., globs: _Optional[_Iterable[str]] = ..., window_seconds: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., bytes_max: _Optional[int] = ..., local: _Optional[bool] = ..., strict: _Optional[bool] = ..., quantiles: _Optional[_Iterable[float]] = ..., statistics: _Optional[_Iterable[_Union[Statistic, str]]] = ..., selectors: _Optional[_Iterable[str]] = ..., group_by: _Optional[_Union[Grouping, _Mapping]] = ..., order_by: _Optional[_Union[Ordering, _Mapping]] = ..., limit: _Optional[int] = ..., to: _Optional[int] = ..., as_of: _Optional[int] = ..., **kwargs) -> None: ...

class MetricSummary(_message.Message):
    __slots__ = ("count", "sum", "avg", "min", "max", "positive_infinities", "negative_infinities", "variance", "stddev", "last", "last_seen", "first_seen", "rate", "sum_rate", "quantiles", "quantile_error", "kind")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    AVG_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    POSITIVE_INFINITIES_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_INFINITIES_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    STDDEV_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    SUM_RATE_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    QUANTILE_ERROR_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    count: int
    sum: float
    avg: float
    min: float
    max: float
    positive_infinities: int
    negative_infinities: int
    variance: float
    stddev: float
    last: float
    last_seen: int
    first_seen: int
    rate: float
    sum_rate: float
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    quantile_error: float
    kind: MetricKind
    def __init__(self, count: _Optional[int] = ..., sum: _Optional[float] = ..., avg: _Optional[float] = ..., min: _Optional[float] = ..., max: _Optional[float] = ..., positive_infinities: _Optional[int] = ..., negative_infinities: _Optional[int] = ..., variance: _Optional[float] = ..., stddev: _Optional[float] = ..., last: _Optional[float] = ..., last_seen: _Optional[int] = ..., first_seen: _Optional[int] = ..., rate: _Optional[float] = ..., sum_rate: _Optional[float] = ..., quantiles: _Optional[_Iterable[float]] = ..., quantile_error: _Optional[float] = ..., kind: _Optional[_Union[MetricKind, str]] = ...) -> None: ...

class SeriesReport(_message.Message):
    __slots__ = ("metric", "labels", "summary")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    METRIC_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    metric: str
    labels: _containers.ScalarMap[str, str]
    summary: MetricSummary
    def __init__(self, metric: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., summary: _Optional[_Union[MetricSummary, _Mapping]] = ...) -> None: ...

class Report(_message.Message):
    __slots__ = ("metrics", "next_page_token", "as_of", "window_seconds", "resolution_seconds", "coverage", "series", "quantiles", "to", "quantiles_from", "quantiles_to")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: MetricSummary
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[MetricSummary, _Mapping]] = ...) -> None: ...
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FROM_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_TO_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.MessageMap[str, MetricSummary]
    next_page_token: str
    as_of: int
    window_seconds: int
    resolution_seconds: int
    coverage: Coverage
    series: _containers.RepeatedCompositeFieldContainer[SeriesReport]
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    to: int
    quantiles_from: int
    quantiles_to: int
    def __init__(self, metrics: _Optional[_Mapping[str, MetricSummary]] = ..., next_page_token: _Optional[str] = ..., as_of: _Optional[int] = ..., window_seconds: _Optional[int] = ..., resolution_seconds: _Optional[int] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., series: _Optional[_Iterable[_Union[SeriesReport, _Mapping]]] = ..., quantiles: _Optional[_Iterable[float]] = ..., to: _Optional[int] = ..., quantiles_from: _Optional[int] = ..., quantiles_to: _Optional[int] = ..., **kwargs) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("complete", "epoch", "nodes", "membership_unknown")
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIP_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    complete: bool
    epoch: int
    nodes: _containers.RepeatedCompositeFieldContainer[NodeCoverage]
    membership_unknown: bool
    def __init__(self, complete: _Optional[bool] = ..., epoch: _Optional[int] = ..., nodes: _Optional[_Iterable[_Union[NodeCoverage, _Mapping]]] = ..., membership_unknown: _Optional[bool] = ...) -> None: ...

class NodeCoverage(_message.Message):
    __slots__ = ("node_id", "incarnation", "answered", "error", "latency_microseconds", "staleness_milliseconds", "points_hinted", "handed_over")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MICROSECONDS_FIELD_NUMBER: _ClassVar[int]
    STALENESS_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    POINTS_HINTED_FIELD_NUMBER: _ClassVar[int]
    HANDED_OVER_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    incarnation: int
    answered: bool
    error: str
    latency_microseconds: int
    staleness_milliseconds: int
    points_hinted: int
    handed_over: bool
    def __init__(self, node_id: _Optional[str] = ..., incarnation: _Optional[int] = ..., answered: _Optional[bool] = ..., error: _Optional[str] = ..., latency_microseconds: _Optional[int] = ..., staleness_milliseconds: _Optional[int] = ..., points_hinted: _Optional[int] = ..., handed_over: _Optional[bool] = ...) -> None: ...

class BatchSeries(_message.Message):
    __slots__ = ("metric", "labels", "kind")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    METRIC_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    metric: str
    labels: _containers.ScalarMap[str, str]
    kind: MetricKind
    def __init__(self, metric: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., kind: _Optional[_Union[MetricKind, str]] = ...) -> None: ...

class PointBatch(_message.Message):
    __slots__ = ("client", "sequence", "confirmed", "series", "series_indices", "values", "first_time", "time_deltas", "age_milliseconds")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    SERIES_INDICES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_DELTAS_FIELD_NUMBER: _ClassVar[int]
    AGE_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    client: str
    sequence: int
    confirmed: int
    series: _containers.RepeatedCompositeFieldContainer[BatchSeries]
    series_indices: _containers.RepeatedScalarFieldContainer[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    first_time: int
    time_deltas: _containers.RepeatedScalarFieldContainer[int]
    age_milliseconds: int
    def __init__(self, client: _Optional[str] = ..., sequence: _Optional[int] = ..., confirmed: _Optional[int] = ..., series: _Optional[_Iterable[_Union[BatchSeries, _Mapping]]] = ..., series_indices: _Optional[_Iterable[int]] = ..., values: _Optional[_Iterable[float]] = ..., first_time: _Optional[int] = ..., time_deltas: _Optional[_Iterable[int]] = ..., age_milliseconds: _Optional[int] = ...) -> None: ...

class BatchAck(_message.Message):
    __slots__ = ("sequence", "points_received", "points_rejected", "rejections", "points_hinted", "points_repeated", "level")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    POINTS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    POINTS_REJECTED_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    POINTS_HINTED_FIELD_NUMBER: _ClassVar[int]
    POINTS_REPEATED_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    points_received: int
    points_rejected: int
    rejections: _containers.RepeatedCompositeFieldContainer[Rejection]
    points_hinted: int
    points_repeated: int
    level: AckLevel
    def __init__(self, sequence: _Optional[int] = ..., points_received: _Optional[int] = ..., points_rejected: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[Rejection, _Mapping]]] = ..., points_hinted: _Optional[int] = ..., points_repeated: _Optional[int] = ..., level: _Optional[_Union[AckLevel, str]] = ...) -> None: ...

class StreamRequest(_message.Message):
    __slots__ = ("question", "interval_milliseconds")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    question: SummaryRequest
    interval_milliseconds: int
    def __init__(self, question: _Optional[_Union[SummaryRequest, _Mapping]] = ..., interval_milliseconds: _Optional[int] = ...) -> None: ...

class MetricUpdate(_message.Message):
    __slots__ = ("full", "changed", "removed", "report", "intervals")
    FULL_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    full: bool
    changed: _containers.RepeatedCompositeFieldContainer[SeriesReport]
    removed: _containers.RepeatedCompositeFieldContainer[SeriesReport]
    report: Report
    intervals: int
    def __init__(self, full: _Optional[bool] = ..., changed: _Optional[_Iterable[_Union[SeriesReport, _Mapping]]] = ..., removed: _Optional[_Iterable[_Union[SeriesReport, _Mapping]]] = ..., report: _Optional[_Union[Report, _Mapping]] = ..., intervals: _Optional[int] = ...) -> None: ...
