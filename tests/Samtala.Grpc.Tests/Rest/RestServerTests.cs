using System.Text.Json.Nodes;
using Grpc.Core;
using Samtala.Grpc.Rest;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Tests.Rest;

/// <summary>Requests and answers of transcoding, without HTTP.</summary>
public sealed class RestServerTests
{
    private readonly RestServer _server;

    public RestServerTests()
    {
        var registry = new ServiceRegistry();
        registry.Add("test", new EchoService(TimeProvider.System));
        _server = new RestServer(registry, new GrpcLimits { ReceiveMessageSizeMax = 4096 }, TimeProvider.System);
    }

    [Fact]
    public async Task A_whole_body_becomes_the_request_and_the_answer_is_JSON()
    {
        const string Body = """{"text":"hi","nested":{"number":"7"},"volume":"LOUD"}""";
        var exchange = new FakeExchange("POST", "/v1/echo", Body);
        var request = (await AskAsync(exchange))["request"]!;
        Assert.Equal(200, exchange.Status);
        Assert.Equal("application/json", exchange.Answer["Content-Type"]);
        Assert.Equal("\"e0\"", exchange.Answer["ETag"]);
        Assert.Equal(Body, Compact(request));
    }

    [Fact]
    public async Task A_path_of_several_segments_becomes_one_name()
    {
        var answer = await AskAsync(new FakeExchange("GET", "/v1/rooms/a%20b/messages/c%2Fd"));
        Assert.Equal("rooms/a b/messages/c%2Fd", (string?)answer["request"]!["name"]);
    }

    [Fact]
    public async Task Every_kind_of_field_fits_in_a_query()
    {
        var query = "text=a+b&count=-3&nested.text=n&nested.deeper.number=9&tags=x&tags=y&volume=QUIET" +
            "&at=2026-01-02T03:04:05Z&wait=0.001s&mask=text,nested.text&maybe=5&data=AAE_-w&flag=true&ratio=1.5" +
            "&numbers=1&numbers=2";
        var request = (await AskAsync(new FakeExchange("GET", "/v1/echo:query?" + query)))["request"]!;
        var expected = """
            {"text":"a b","count":-3,"nested":{"text":"n","deeper":{"number":"9"}},"tags":["x","y"],"volume":"QUIET",
            "at":"2026-01-02T03:04:05Z","wait":"0.001s","mask":"text,nested.text","maybe":5,"data":"AAE/+w==",
            "flag":true,"ratio":1.5,"numbers":[1,2]}
            """;
        Assert.Equal(Compact(JsonNode.Parse(expected)!), Compact(request));
    }

    [Theory]
    [InlineData("nothing=1", "nothing")]
    [InlineData("count=x", "count")]
    [InlineData("count=99999999999", "count")]
    [InlineData("flag=yes", "flag")]
    [InlineData("volume=SHRILL", "volume")]
    [InlineData("nested=1", "nested")]
    [InlineData("labels=1", "labels")]
    [InlineData("text.deeper=1", "text.deeper")]
    [InlineData("at=yesterday", "at")]
    [InlineData("text=%zz", "query")]
    public async Task A_wrong_parameter_is_named(string query, string field)
    {
        var exchange = new FakeExchange("GET", "/v1/echo:query?" + query);
        var problem = await AskAsync(exchange);
        Assert.Equal(400, exchange.Status);
        Assert.Equal(Problem.MediaType, exchange.Answer["Content-Type"]);
        Assert.Equal(field, (string?)problem["errors"]![0]!["field"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("{\"text\":1,}")]
    [InlineData("{\"nobody\":1}")]
    [InlineData("{\"text\":\"a\"} {\"text\":\"b\"}")]
    [InlineData("{\"count\":\"x\"}")]
    [InlineData("{\"at\":\"never\"}")]
    public async Task A_body_that_is_no_such_message_is_refused(string json)
    {
        var exchange = new FakeExchange("POST", "/v1/echo", json);
        Assert.Equal("urn:samtala:error:INVALID_FIELD", (string?)(await AskAsync(exchange))["type"]);
        Assert.Equal(400, exchange.Status);
    }

    [Fact]
    public async Task A_body_nested_without_end_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"deeper\":", 200)) + "{}" + new string('}', 200);
        var exchange = new FakeExchange("POST", "/v1/echo", $"{{\"nested\":{deep}}}");
        await AskAsync(exchange);
        Assert.Equal(400, exchange.Status);
    }

    [Fact]
    public async Task A_field_as_body_cannot_set_other_fields()
    {
        var good = await AskAsync(new FakeExchange("PATCH", "/v1/rooms/a/b", """{"text":"t"}"""));
        Assert.Equal(("rooms/a/b", "t"), ((string?)good["request"]!["name"], (string?)good["nested"]!["text"]));
        var exchange = new FakeExchange("PATCH", "/v1/rooms/a", """{},"text":"smuggled","nested":{}""");
        await AskAsync(exchange);
        Assert.Equal(400, exchange.Status);
    }

    [Fact]
    public async Task A_custom_verb_and_a_response_field_are_served()
    {
        var answer = await AskAsync(new FakeExchange("POST", "/v1/things/x:shout", """{"nested":{"number":"1"}}"""));
        Assert.Equal("""{"text":"things/x","number":"1"}""", Compact(answer));
    }

    [Fact]
    public async Task A_wrong_verb_is_405_with_what_is_allowed()
    {
        var exchange = new FakeExchange("DELETE", "/v1/echo");
        await AskAsync(exchange);
        Assert.Equal((405, "POST, OPTIONS"), (exchange.Status, exchange.Answer["Allow"]));
        var options = new FakeExchange("OPTIONS", "/v1/echo:query");
        Assert.True(await _server.TryHandleAsync(options));
        Assert.Equal((204, "GET, HEAD, OPTIONS"), (options.Status, options.Answer["Allow"]));
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/echo/")]
    [InlineData("/v1//echo")]
    [InlineData("/v1/rooms/../echo")]
    [InlineData("/v1/rooms/%2e%2e/messages/x")]
    [InlineData("/v1/rooms/%ff/messages/x")]
    public async Task A_path_of_no_method_is_left_to_others(string path) =>
        Assert.False(await _server.TryHandleAsync(new FakeExchange("GET", path)));

    [Fact]
    public async Task A_body_must_say_that_it_is_JSON_and_have_a_size()
    {
        var form = new FakeExchange("POST", "/v1/echo", "{}").With("Content-Type", "text/plain");
        await AskAsync(form);
        Assert.Equal(415, form.Status);
        var big = new FakeExchange("POST", "/v1/echo", $"{{\"text\":\"{new string('x', 5000)}\"}}");
        await AskAsync(big);
        Assert.Equal(413, big.Status);
    }

    [Fact]
    public async Task HEAD_tells_the_length_and_sends_nothing()
    {
        var exchange = new FakeExchange("HEAD", "/v1/echo:query?text=a");
        Assert.True(await _server.TryHandleAsync(exchange));
        Assert.Equal(200, exchange.Status);
        Assert.NotEqual("0", exchange.Answer["Content-Length"]);
        Assert.Equal("", await exchange.ReadAllAsync());
    }

    [Fact]
    public async Task A_known_etag_is_304()
    {
        var exchange = new FakeExchange("GET", "/v1/echo:query").With("If-None-Match", "W/\"x\", \"e0\"");
        Assert.True(await _server.TryHandleAsync(exchange));
        Assert.Equal(304, exchange.Status);
    }

    [Fact]
    public async Task An_error_is_a_problem_with_reason_code_and_trace()
    {
        const string Body = """{"code":5,"message":"no room","reason":"ROOM_NOT_FOUND"}""";
        var exchange = new FakeExchange("POST", "/v1/fail", Body);
        var expected = """
            {"type":"urn:samtala:error:ROOM_NOT_FOUND","title":"Not found","status":404,"detail":"no room",
            "instance":"/v1/fail","code":"SAM0999","traceId":"trace1"}
            """;
        Assert.Equal(Compact(JsonNode.Parse(expected)!), Compact(await AskAsync(exchange)));
        Assert.Equal(404, exchange.Status);
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, 401)]
    [InlineData(StatusCode.PermissionDenied, 403)]
    public async Task A_refused_call_never_reaches_its_handler(StatusCode code, int status)
    {
        var exchange = new FakeExchange("POST", "/v1/fail", """{"crash":true}""") { Refusal = new Status(code, "no") };
        await AskAsync(exchange);
        Assert.Equal(status, exchange.Status);
        Assert.Equal(status == 401, exchange.Answer.ContainsKey("WWW-Authenticate"));
    }

    [Fact]
    public async Task An_etag_that_lost_is_412()
    {
        var exchange = new FakeExchange("POST", "/v1/fail", """{"code":10}""").With("If-Match", "\"old\"");
        await AskAsync(exchange);
        Assert.Equal(412, exchange.Status);
    }

    private static string Compact(JsonNode node) => node.ToJsonString();

    private async Task<JsonNode> AskAsync(FakeExchange exchange)
    {
        Assert.True(await _server.TryHandleAsync(exchange), "no method has this path");
        return JsonNode.Parse(await exchange.ReadAllAsync())!;
    }
}
