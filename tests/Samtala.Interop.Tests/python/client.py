"""Debian's grpcio against our server. Usage: client.py TARGET DESCRIPTOR_SET"""
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

target, descriptor_set = sys.argv[1:3]


def load_messages():
    with open(descriptor_set, "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return lambda name: factory.GetPrototype(pool.FindMessageTypeByName(f"samtala.test.v1.{name}"))


message = load_messages()
Request, Response, Fail = message("EchoRequest"), message("EchoResponse"), message("FailRequest")
channel = grpc.insecure_channel(target)


def method(kind, name):
    return getattr(channel, kind)(
        f"/samtala.test.v1.Echo/{name}",
        request_serializer=lambda m: m.SerializeToString(),
        response_deserializer=Response.FromString)


def fails(code, run):
    try:
        run()
    except grpc.RpcError as error:
        assert error.code() == code, (error.code(), error.details())
        return error
    raise AssertionError("it did not fail")


def check_unary():
    metadata = (("echo-text", "a b"), ("echo-data-bin", bytes([0, 255])))
    response, call = method("unary_unary", "Say").with_call(Request(text="grüß"), metadata=metadata)
    assert response.text == "grüß"
    trailers = dict(call.trailing_metadata())
    assert trailers["echo-text"] == "a b" and trailers["echo-data-bin"] == bytes([0, 255]), trailers


def check_error():
    request = Fail(code=5, message="nö", reason="ROOM_NOT_FOUND")
    error = fails(grpc.StatusCode.NOT_FOUND, lambda: method("unary_unary", "Fail")(request))
    assert error.details() == "nö"
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    assert b"ROOM_NOT_FOUND" in details


def check_deadline():
    request = Request()
    request.wait.seconds = 60
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: method("unary_unary", "Say")(request, timeout=0.1))


def check_cancel():
    request = Request(count=2)
    request.wait.seconds = 60
    call = method("unary_stream", "Repeat")(request)
    threading.Timer(0.05, call.cancel).start()
    fails(grpc.StatusCode.CANCELLED, lambda: list(call))


def check_streams():
    assert method("stream_unary", "Collect")(Request(text=t) for t in "abc").text == "abc"
    assert [r.index for r in method("unary_stream", "Repeat")(Request(count=3000))] == list(range(3000))
    assert [r.text for r in method("stream_stream", "Chat")(Request(text=t) for t in "xyz")] == ["x", "y", "z"]


def check_sizes():
    data = bytes(3 << 20)
    assert len(method("unary_unary", "Say")(Request(data=data)).request.data) == len(data)
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: method("unary_unary", "Say")(Request(data=bytes(5 << 20))))


def check_gzip():
    run = lambda: method("unary_unary", "Say")(Request(text="x" * 1000), compression=grpc.Compression.Gzip)
    assert "identity" in fails(grpc.StatusCode.UNIMPLEMENTED, run).details()


failed = False
for name, check in [(n, c) for n, c in list(globals().items()) if n.startswith("check_")]:
    try:
        check()
        print("ok", name)
    except Exception as error:
        failed = True
        print("FAILED", name, repr(error))
sys.exit(failed)
