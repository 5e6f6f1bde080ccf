# SPDX-License-Identifier: Apache-2.0
"""Health and reflection, asked through Google's own packages."""

import signal

import grpc
import pytest
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SERVICE = "telemetry.TelemetryService"
SERVING = health_pb2.HealthCheckResponse.SERVING
VERSIONS = ["grpc.reflection.v1alpha", "grpc.reflection.v1"]


@pytest.fixture
def channel(node, open_channel):
    return open_channel(node.target)


@pytest.fixture
def health(channel):
    return health_pb2_grpc.HealthStub(channel)


@pytest.mark.parametrize("service", ["", SERVICE])
def test_the_node_and_its_service_are_healthy(health, service):
    asked = health_pb2.HealthCheckRequest(service=service)
    assert health.Check(asked, timeout=30).status == SERVING


def test_an_unknown_service_is_not_found(health):
    with pytest.raises(grpc.RpcError) as caught:
        health.Check(health_pb2.HealthCheckRequest(service="absent"), timeout=30)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_list_tells_every_service(health):
    statuses = health.List(health_pb2.HealthListRequest(), timeout=30).statuses
    assert statuses[SERVICE].status == SERVING


def test_watch_tells_the_status_at_once_and_stays(health):
    watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=30)
    assert next(watch).status == SERVING
    assert watch.is_active()
    watch.cancel()


def test_watch_of_an_unknown_service_says_so_and_stays(health):
    watch = health.Watch(health_pb2.HealthCheckRequest(service="absent"), timeout=30)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    assert watch.is_active()
    watch.cancel()


def test_watch_ends_when_the_node_stops(start):
    node, client = start("--shutdown-grace", "2s")
    stub = health_pb2_grpc.HealthStub(client.channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest(service=""), timeout=30)
    assert next(watch).status == SERVING
    node.send(signal.SIGTERM)
    with pytest.raises((grpc.RpcError, StopIteration)):
        while True:
            assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert node.wait() == 0


def test_reflection_describes_the_service_through_the_public_database(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    assert {SERVICE, "grpc.health.v1.Health"} <= set(database.get_services())
    pool = descriptor_pool.DescriptorPool(database)
    service = pool.FindServiceByName(SERVICE)
    push, summary = service.methods_by_name["PushPoints"], service.methods_by_name["Summary"]
    assert push.client_streaming and not push.server_streaming
    assert summary.input_type.full_name == "telemetry.SummaryRequest"
    report = pool.FindMessageTypeByName("telemetry.Report")
    assert report.fields_by_name["metrics"].message_type.GetOptions().map_entry
    point = pool.FindMessageTypeByName("telemetry.Point")
    assert [field.number for field in point.fields] == [1, 2, 3, 4, 5]
    assert "REJECT_REASON_VALUE_NAN" in pool.FindEnumTypeByName(
        "telemetry.RejectReason").values_by_name


def ask(channel, version: str, *requests):
    """Answers of the reflection service; v1 and v1alpha are the same on the wire."""
    call = channel.stream_stream(
        f"/{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
    return list(call(iter(requests), timeout=30))


SYMBOLS = [
    SERVICE, SERVICE + ".PushPoints", "telemetry.Point", "telemetry.Report.MetricsEntry",
    "telemetry.RejectReason", "grpc.health.v1.Health", "grpc.health.v1.Health.Check",
    "grpc.health.v1.HealthCheckResponse", "grpc.health.v1.HealthCheckResponse.ServingStatus",
]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_kind_of_symbol_is_found(channel, version):
    requests = [reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
                for symbol in SYMBOLS]
    answers = ask(channel, version, *requests)
    assert [answer.original_request.file_containing_symbol for answer in answers] == SYMBOLS
    for symbol, answer in zip(SYMBOLS, answers):
        assert answer.file_descriptor_response.file_descriptor_proto, symbol


@pytest.mark.parametrize("version", VERSIONS)
def test_services_and_files_are_listed_and_absent_ones_not_found(channel, version):
    request = reflection_pb2.ServerReflectionRequest
    services, file, no_file, no_symbol = ask(
        channel, version, request(list_services="*"), request(file_by_filename="telemetry.proto"),
        request(file_by_filename="absent.proto"), request(file_containing_symbol="absent.Symbol"))
    names = {service.name for service in services.list_services_response.service}
    assert {SERVICE, "grpc.health.v1.Health", f"{version}.ServerReflection"} <= names
    assert file.file_descriptor_response.file_descriptor_proto
    not_found = grpc.StatusCode.NOT_FOUND.value[0]
    assert no_file.error_response.error_code == not_found
    assert no_symbol.error_response.error_code == not_found
