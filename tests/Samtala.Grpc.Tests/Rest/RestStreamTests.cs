using Grpc.Core;
using Samtala.Grpc.Rest;
using Samtala.Grpc.Server;
using Samtala.Grpc.Standard;
using Samtala.Grpc.Wire;
using Samtala.Test.V1;

namespace Samtala.Grpc.Tests.Rest;

/// <summary>Streams as events and as lines; time is ours.</summary>
public sealed class RestStreamTests
{
    private readonly ManualTime _time = new();
    private readonly ServiceRegistry _registry = new();
    private readonly RestServer _server;

    public RestStreamTests() => _server = new RestServer(_registry, GrpcLimits.Default, _time);

    [Fact]
    public async Task Events_carry_the_resume_token_as_their_id()
    {
        _registry.Add("test", new EchoService(_time));
        var exchange = new FakeExchange("GET", "/v1/echo:watch?count=2");
        Assert.True(await _server.TryHandleAsync(exchange));
        var events = (await exchange.ReadAllAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("text/event-stream", exchange.Answer["Content-Type"]);
        Assert.Equal(2, events.Length);
        Assert.StartsWith("id: 1\ndata: {", events[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_Event_ID_goes_on_after_it()
    {
        _registry.Add("test", new EchoService(_time));
        var exchange = new FakeExchange("GET", "/v1/echo:watch?count=9&resume_token=0").With("Last-Event-ID", "7");
        Assert.True(await _server.TryHandleAsync(exchange));
        Assert.StartsWith("id: 8\n", await exchange.ReadAllAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_come_when_they_are_accepted()
    {
        _registry.Add("test", new EchoService(_time));
        var exchange = new FakeExchange("GET", "/v1/echo:watch?count=3").With("Accept", "application/x-ndjson");
        Assert.True(await _server.TryHandleAsync(exchange));
        var lines = (await exchange.ReadAllAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("application/x-ndjson", exchange.Answer["Content-Type"]);
        Assert.All(lines, line => Assert.StartsWith("{", line, StringComparison.Ordinal));
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public async Task Neither_events_nor_lines_is_406()
    {
        _registry.Add("test", new EchoService(_time));
        var exchange = new FakeExchange("GET", "/v1/echo:watch").With("Accept", "image/png");
        Assert.True(await _server.TryHandleAsync(exchange));
        Assert.Equal(406, exchange.Status);
    }

    [Fact]
    public async Task An_error_before_the_first_message_is_a_plain_problem()
    {
        _registry.Add("test", Failing((_, _) => throw new RpcException(new Status(StatusCode.NotFound, "none"))));
        var exchange = new FakeExchange("GET", "/v1/echo:watch");
        Assert.True(await _server.TryHandleAsync(exchange));
        Assert.Equal((404, Problem.MediaType), (exchange.Status, exchange.Answer["Content-Type"]));
    }

    [Fact]
    public async Task An_error_later_is_an_event()
    {
        _registry.Add("test", Failing(async (writer, _) =>
        {
            await writer.WriteAsync(new EchoResponse { Text = "first" });
            throw new RpcException(new Status(StatusCode.NotFound, "none"));
        }));
        var exchange = new FakeExchange("GET", "/v1/echo:watch");
        Assert.True(await _server.TryHandleAsync(exchange));
        Assert.Equal(200, exchange.Status);
        Assert.Contains("event: error\ndata: {\"type\":\"urn:samtala:error:NOT_FOUND\"", await exchange.ReadAllAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_stream_opens_and_beats()
    {
        _registry.Add("test", Failing((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, _time, stop)));
        var exchange = new FakeExchange("GET", "/v1/echo:watch");
        var serving = _server.TryHandleAsync(exchange).AsTask();
        Assert.False(exchange.Started);
        _time.Advance(RestStreamCall.OpenDelay);
        Assert.Equal(": \n\n", await exchange.ReadSomeAsync());
        Assert.True(exchange.Started);
        _time.Advance(RestStreamCall.HeartbeatInterval);
        Assert.Equal(": \n\n", await exchange.ReadSomeAsync());
        exchange.Leave();
        Assert.True(await serving);
    }

    private static BoundService Failing(Func<IServerStreamWriter<EchoResponse>, CancellationToken, Task> serve)
    {
        var method = new Method<EchoRequest, EchoResponse>(
            MethodType.ServerStreaming,
            "samtala.test.v1.Echo",
            "Repeat",
            ProtobufMarshaller.Create(EchoRequest.Parser),
            ProtobufMarshaller.Create(EchoResponse.Parser));
        var definition = ServerServiceDefinition.CreateBuilder().AddMethod(
            method,
            (ServerStreamingServerMethod<EchoRequest, EchoResponse>)(
                (_, writer, context) => serve(writer, context.CancellationToken))).Build();
        return new BoundService(definition, Echo.Descriptor);
    }
}
