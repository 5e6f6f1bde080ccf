# SPDX-License-Identifier: Apache-2.0
"""All kinds of calls, against `interop-server` and its grpc.testing.TestService."""

import queue
import threading

import grpc
import pytest

SERVICE = "/grpc.testing.TestService/"
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
SIZES_OUT, SIZES_IN = [31415, 9, 2653, 58979], [27182, 8, 1828, 45904]


class Calls:
    """The methods of TestService over one channel."""

    def __init__(self, channel, schema):
        self.new = lambda name, **fields: schema(name)(**fields)

        def method(kind, name, answer):
            return getattr(channel, kind)(
                SERVICE + name, request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=schema(answer).FromString)

        self.empty = method("unary_unary", "EmptyCall", "Empty")
        self.unary = method("unary_unary", "UnaryCall", "SimpleResponse")
        self.output = method("unary_stream", "StreamingOutputCall", "StreamingOutputCallResponse")
        self.input = method("stream_unary", "StreamingInputCall", "StreamingInputCallResponse")
        self.duplex = method("stream_stream", "FullDuplexCall", "StreamingOutputCallResponse")
        self.absent = method("unary_unary", "NoSuchMethod", "Empty")

    def simple(self, size: int = 314159, body: int = 271828, **fields):
        payload = self.new("Payload", body=bytes(body))
        return self.new("SimpleRequest", response_size=size, payload=payload, **fields)

    def wanted(self, sizes, body: int = 0, **parameters):
        chosen = [self.new("ResponseParameters", size=size, **parameters) for size in sizes]
        payload = self.new("Payload", body=bytes(body))
        return self.new(
            "StreamingOutputCallRequest", response_parameters=chosen, payload=payload)

    def status(self, code: int, message: str):
        return self.new("EchoStatus", code=code, message=message)


@pytest.fixture
def calls(interop, open_channel, testing):
    return Calls(open_channel(interop.target), testing)


def sizes(responses) -> list[int]:
    return [len(response.payload.body) for response in responses]


def test_an_empty_unary_call(calls):
    assert calls.empty(calls.new("Empty"), timeout=30) == calls.new("Empty")


def test_a_large_unary_call(calls):
    assert len(calls.unary(calls.simple(), timeout=30).payload.body) == 314159


def test_ten_mebibytes_are_taken_there_and_back(calls):
    size = 10_000_000
    assert len(calls.unary(calls.simple(size, size), timeout=60).payload.body) == size


def test_a_client_stream(calls):
    requests = (calls.new("StreamingInputCallRequest", payload=calls.new(
        "Payload", body=bytes(size))) for size in SIZES_IN)
    assert calls.input(requests, timeout=30).aggregated_payload_size == sum(SIZES_IN)


def test_a_server_stream(calls):
    assert sizes(calls.output(calls.wanted(SIZES_OUT), timeout=30)) == SIZES_OUT


def test_a_stream_of_a_thousand_answers(calls):
    assert sizes(calls.output(calls.wanted([100] * 1000), timeout=30)) == [100] * 1000


def test_ping_pong_over_one_stream(calls):
    requests = queue.Queue()
    responses = calls.duplex(iter(requests.get, None), timeout=30)
    for size, body in zip(SIZES_OUT, SIZES_IN):
        requests.put(calls.wanted([size], body))
        assert len(next(responses).payload.body) == size
    requests.put(None)
    assert list(responses) == []


def test_an_empty_stream(calls):
    assert list(calls.duplex(iter([]), timeout=30)) == []


@pytest.mark.parametrize("compressed", [False, True])
def test_gzip_there_and_back(calls, compressed):
    wish = calls.new("BoolValue", value=compressed)
    request = calls.simple(response_compressed=wish)
    answer = calls.unary(request, timeout=30, compression=grpc.Compression.Gzip)
    assert len(answer.payload.body) == 314159


def test_gzip_over_streams(calls):
    wish = calls.new("BoolValue", value=True)
    responses = calls.duplex(
        iter([calls.wanted([1000], 1000, compressed=wish)] * 20), timeout=30,
        compression=grpc.Compression.Gzip)
    assert sizes(responses) == [1000] * 20


def test_metadata_comes_back_leading_and_trailing(calls):
    text, binary = "test_initial_metadata_value", bytes(range(256))
    metadata = ((INITIAL, text), (TRAILING, binary))
    _, call = calls.unary.with_call(calls.simple(), timeout=30, metadata=metadata)
    assert dict(call.initial_metadata())[INITIAL] == text
    assert dict(call.trailing_metadata())[TRAILING] == binary
    responses = calls.duplex(iter([calls.wanted([1])]), timeout=30, metadata=metadata)
    assert dict(responses.initial_metadata())[INITIAL] == text
    assert sizes(responses) == [1]
    assert dict(responses.trailing_metadata())[TRAILING] == binary


@pytest.mark.parametrize("message", [
    "test status message", "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n",
    "100 % sure, 50%25", "", "é" * 300,
])
@pytest.mark.parametrize("code", [grpc.StatusCode.UNKNOWN, grpc.StatusCode.OUT_OF_RANGE])
def test_status_and_message_come_back(calls, code, message):
    echo = calls.status(code.value[0], message)
    with pytest.raises(grpc.RpcError) as caught:
        calls.unary(calls.new("SimpleRequest", response_status=echo), timeout=30)
    assert (caught.value.code(), caught.value.details()) == (code, message)
    request = calls.new("StreamingOutputCallRequest", response_status=echo)
    with pytest.raises(grpc.RpcError) as caught:
        list(calls.duplex(iter([request]), timeout=30))
    assert (caught.value.code(), caught.value.details()) == (code, message)


def test_an_unknown_method_and_service_are_unimplemented(calls, interop, open_channel):
    with pytest.raises(grpc.RpcError) as caught:
        calls.absent(calls.new("Empty"), timeout=30)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    absent = open_channel(interop.target).unary_unary("/grpc.testing.Absent/Call")
    with pytest.raises(grpc.RpcError) as caught:
        absent(b"", timeout=30)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_call_can_be_cancelled_before_its_first_message(calls):
    requests = queue.Queue()
    call = calls.input.future(iter(requests.get, None), timeout=30)
    assert call.cancel()
    requests.put(None)
    assert call.code() == grpc.StatusCode.CANCELLED
    calls.empty(calls.new("Empty"), timeout=30)


def test_a_call_can_be_cancelled_after_its_first_answer(calls):
    requests = queue.Queue()
    responses = calls.duplex(iter(requests.get, None), timeout=30)
    requests.put(calls.wanted([31415], 27182))
    assert len(next(responses).payload.body) == 31415
    responses.cancel()
    with pytest.raises(grpc.RpcError) as caught:
        next(responses)
    requests.put(None)
    assert caught.value.code() == grpc.StatusCode.CANCELLED


def test_a_deadline_ends_a_call_that_waits(calls):
    requests = queue.Queue()
    responses = calls.duplex(iter(requests.get, None), timeout=0.2)
    with pytest.raises(grpc.RpcError) as caught:
        next(responses)
    requests.put(None)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_deadline_ends_a_call_between_answers(calls):
    responses = calls.output(calls.wanted([1, 1], interval_us=60_000_000), timeout=0.3)
    with pytest.raises(grpc.RpcError) as caught:
        list(responses)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_two_hundred_calls_at_once(calls):
    failures = []

    def call(number):
        try:
            assert len(calls.unary(calls.simple(number, 10), timeout=60).payload.body) == number
        except Exception as problem:  # Told by the main thread.
            failures.append(problem)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
