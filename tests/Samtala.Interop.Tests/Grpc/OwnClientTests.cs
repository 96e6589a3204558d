using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;
using Samtala.Test.V1;

namespace Samtala.Interop.Tests.Grpc;

/// <summary>Our client over TCP and over a Unix socket.</summary>
public sealed class OwnClientTests(EchoHost host) : IClassFixture<EchoHost>
{
    public static TheoryData<bool> Doors => [false, true];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task All_four_kinds_of_calls_work(bool overSocket)
    {
        using var channel = Open(overSocket);
        var client = new Echo.EchoClient(channel);
        var headers = new Metadata { { "echo-text", "a" }, { "echo-bin", [1, 0] } };
        using var say = client.SayAsync(new EchoRequest { Text = "hi" }, headers, cancellationToken: Stop);
        Assert.Equal("hi", (await say).Text);
        Assert.Equal([1, 0], say.GetTrailers().GetValueBytes("echo-bin"));

        using var collect = client.Collect(cancellationToken: Stop);
        for (var i = 0; i < 100; i++)
            await collect.RequestStream.WriteAsync(new EchoRequest { Text = "x" }, Stop);
        await collect.RequestStream.CompleteAsync();
        Assert.Equal(100, (await collect).Index);

        using var repeat = client.Repeat(new EchoRequest { Count = 1000 }, cancellationToken: Stop);
        Assert.Equal(1000, await repeat.ResponseStream.ReadAllAsync(Stop).CountAsync(Stop));

        using var chat = client.Chat(cancellationToken: Stop);
        for (var i = 0; i < 50; i++)
        {
            await chat.RequestStream.WriteAsync(new EchoRequest { Count = i }, Stop);
            Assert.True(await chat.ResponseStream.MoveNext(Stop));
            Assert.Equal(i, chat.ResponseStream.Current.Request.Count);
        }

        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext(Stop));
    }

    [Fact]
    public async Task Errors_deadlines_and_leaving_end_calls()
    {
        using var channel = Open(overSocket: false);
        var client = new Echo.EchoClient(channel);
        var failed = await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(
            new FailRequest { Code = 5, Message = "nö", Reason = "GONE" }, cancellationToken: Stop));
        Assert.Equal((StatusCode.NotFound, "nö"), (failed.StatusCode, failed.Status.Detail));
        Assert.NotNull(failed.GetRpcStatus());

        var slow = new EchoRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        var late = await Assert.ThrowsAsync<RpcException>(async () => await client.SayAsync(
            slow, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(50), cancellationToken: Stop));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);

        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var left = await Assert.ThrowsAsync<RpcException>(
            async () => await client.SayAsync(slow, cancellationToken: leave.Token));
        Assert.Equal(StatusCode.Cancelled, left.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_UNAVAILABLE()
    {
        using var channel = SamtalaChannel.ForAddress("unix:" + host.SocketPath + "-none");
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).SayAsync(new EchoRequest(), cancellationToken: Stop));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task A_big_message_goes_and_one_over_the_limit_does_not()
    {
        using var channel = Open(overSocket: true);
        var client = new Echo.EchoClient(channel);
        var big = new EchoRequest { Data = ByteString.CopyFrom(new byte[3 << 20]) };
        Assert.Equal(big.Data, (await client.SayAsync(big, cancellationToken: Stop)).Request.Data);
        var over = new EchoRequest { Data = ByteString.CopyFrom(new byte[5 << 20]) };
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await client.SayAsync(over, cancellationToken: Stop));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Services_come_and_go_while_the_server_runs()
    {
        using var channel = Open(overSocket: false);
        var health = new global::Grpc.Health.V1.Health.HealthClient(channel);
        using var watch = health.Watch(
            new global::Grpc.Health.V1.HealthCheckRequest { Service = "late.Service" }, cancellationToken: Stop);
        Assert.True(await watch.ResponseStream.MoveNext(Stop));
        Assert.Equal("ServiceUnknown", watch.ResponseStream.Current.Status.ToString());

        var method = new Method<string, string>(
            MethodType.Unary, "late.Service", "Say", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var definition = ServerServiceDefinition.CreateBuilder()
            .AddMethod(method, (UnaryServerMethod<string, string>)((text, _) => Task.FromResult(text + "!"))).Build();
        var added = host.Registry.Add("late", new BoundService(definition, null));
        Assert.True(await watch.ResponseStream.MoveNext(Stop));
        Assert.Equal("Serving", watch.ResponseStream.Current.Status.ToString());
        var invoker = channel.CreateCallInvoker();
        var options = new CallOptions(cancellationToken: Stop);
        Assert.Equal("hi!", await invoker.AsyncUnaryCall(method, null, options, "hi"));

        Assert.True(await added.RemoveAsync(TimeSpan.FromSeconds(5), TimeProvider.System));
        var gone = await Assert.ThrowsAsync<RpcException>(
            async () => await invoker.AsyncUnaryCall(method, null, options, "hi"));
        Assert.Equal(StatusCode.Unimplemented, gone.StatusCode);
    }

    private SamtalaChannel Open(bool overSocket) =>
        SamtalaChannel.ForAddress(overSocket ? "unix:" + host.SocketPath : host.Http2);
}
