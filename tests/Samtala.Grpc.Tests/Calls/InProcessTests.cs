using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;
using Samtala.Test.V1;

namespace Samtala.Grpc.Tests.Calls;

/// <summary>The four kinds of calls, through bytes in memory.</summary>
public sealed class InProcessTests
{
    private readonly ServiceRegistry _registry = new();
    private readonly ServiceRegistration _added;
    private readonly Echo.EchoClient _client;

    public InProcessTests()
    {
        _added = _registry.Add("test", new EchoService(TimeProvider.System));
        _client = new Echo.EchoClient(new InProcessChannel(_registry, TimeProvider.System));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_unary_call_brings_its_answer_headers_and_trailers()
    {
        var headers = new Metadata { { "echo-text", "a b" }, { "echo-bin", [0, 255] }, { "want-headers", "yes" } };
        using var call = _client.SayAsync(new EchoRequest { Text = "hi" }, headers, cancellationToken: Stop);
        Assert.Equal("hi", (await call).Text);
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("got-headers"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("a b", call.GetTrailers().GetValue("echo-text"));
        Assert.Equal([0, 255], call.GetTrailers().GetValueBytes("echo-bin"));
    }

    [Fact]
    public async Task A_client_stream_is_collected()
    {
        using var call = _client.Collect(cancellationToken: Stop);
        foreach (var text in new[] { "a", "b", "c" })
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text }, Stop);
        await call.RequestStream.CompleteAsync();
        var response = await call;
        Assert.Equal(("abc", 3), (response.Text, response.Index));
    }

    [Fact]
    public async Task A_server_stream_arrives_in_order()
    {
        using var call = _client.Repeat(new EchoRequest { Text = "x", Count = 1000 }, cancellationToken: Stop);
        var next = 0;
        await foreach (var response in call.ResponseStream.ReadAllAsync(Stop))
            Assert.Equal(next++, response.Index);
        Assert.Equal(1000, next);
    }

    [Fact]
    public async Task Both_sides_may_stream_in_turns()
    {
        using var call = _client.Chat(cancellationToken: Stop);
        for (var i = 0; i < 10; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" }, Stop);
            Assert.True(await call.ResponseStream.MoveNext(Stop));
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Stop));
    }

    [Fact]
    public async Task An_error_brings_code_message_and_details()
    {
        var request = new FailRequest { Code = 5, Message = "no röom", Reason = "ROOM_NOT_FOUND" };
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await _client.FailAsync(request, cancellationToken: Stop));
        Assert.Equal((StatusCode.NotFound, "no röom"), (error.StatusCode, error.Status.Detail));
        var info = Assert.Single(error.GetRpcStatus()!.Details).Unpack<Google.Rpc.ErrorInfo>();
        Assert.Equal(("ROOM_NOT_FOUND", "samtala", "SAM0999"), (info.Reason, info.Domain, info.Metadata["code"]));
    }

    [Fact]
    public async Task A_defect_of_a_handler_is_reported_and_not_told()
    {
        Exception? reported = null;
        _registry.HandlerFailed = (_, e) => reported = e;
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await _client.FailAsync(new FailRequest { Crash = true }, cancellationToken: Stop));
        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain("defect", error.Status.Detail, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(reported);
    }

    [Fact]
    public async Task A_passed_deadline_ends_the_call_on_both_sides()
    {
        var request = new EchoRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(30);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await _client.SayAsync(request, deadline: deadline, cancellationToken: Stop));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.True(await _added.RemoveAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    [Fact]
    public async Task A_caller_that_leaves_cancels_the_handler()
    {
        using var leave = new CancellationTokenSource();
        var request = new EchoRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        var call = _client.SayAsync(request, cancellationToken: leave.Token);
        while (_added.CallsInFlight == 0)
            await Task.Yield();
        await leave.CancelAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.True(await _added.RemoveAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    [Fact]
    public async Task A_service_that_goes_ends_its_calls_and_is_no_more()
    {
        var request = new EchoRequest { Count = 2, Wait = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        using var call = _client.Repeat(request, cancellationToken: Stop);
        while (_added.CallsInFlight == 0)
            await Task.Yield();
        Assert.True(await _added.RemoveAsync(TimeSpan.Zero, TimeProvider.System));
        var gone = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Stop));
        Assert.Equal(StatusCode.Unavailable, gone.StatusCode);
        var unknown = await Assert.ThrowsAsync<RpcException>(
            async () => await _client.SayAsync(new EchoRequest(), cancellationToken: Stop));
        Assert.Equal(StatusCode.Unimplemented, unknown.StatusCode);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused()
    {
        var channel = new InProcessChannel(
            _registry, TimeProvider.System, limits: new GrpcLimits { ReceiveMessageSizeMax = 100 });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel)
            .SayAsync(new EchoRequest { Text = new string('x', 101) }, cancellationToken: Stop));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public void A_method_is_there_once()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => _registry.Add("other", new EchoService(TimeProvider.System)));
        Assert.Contains("\"test\"", error.Message, StringComparison.Ordinal);
    }
}
