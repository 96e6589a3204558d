using System.Text.Json.Nodes;
using Samtala.Grpc.OpenApi;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Tests.OpenApi;

public sealed class OpenApiTests
{
    private static readonly JsonObject s_document = Create();

    [Fact]
    public void Every_binding_is_an_operation_with_its_comment()
    {
        var paths = s_document["paths"]!.AsObject();
        Assert.Equal(
            ["/v1/echo", "/v1/echo:query", "/v1/echo:watch", "/v1/fail", "/v1/rooms/{room}",
                "/v1/rooms/{room}/messages/{message}", "/v1/things/{thing}:shout"],
            paths.Select(p => p.Key));
        var say = paths["/v1/echo"]!["post"]!;
        Assert.Equal(("Echo_Say", "Says it once"), ((string?)say["operationId"], (string?)say["summary"]));
        Assert.Equal("Says back what it is told.", (string?)s_document["tags"]![0]!["description"]);
    }

    [Fact]
    public void Parameters_of_a_query_are_typed_and_told()
    {
        var parameters = s_document["paths"]!["/v1/echo:watch"]!["get"]!["parameters"]!.AsArray();
        var byName = parameters.ToDictionary(p => (string)p!["name"]!, p => p!, StringComparer.Ordinal);
        Assert.Equal("date-time", (string?)byName["at"]["schema"]!["format"]);
        Assert.Equal("How often; 0 means once.", (string?)byName["count"]["description"]);
        Assert.Equal("array", (string?)byName["tags"]["schema"]!["type"]);
        Assert.Contains("nested.deeper.number", byName.Keys);
        Assert.DoesNotContain("labels", byName.Keys);
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var schemas = s_document["components"]!["schemas"]!.AsObject();
        var references = References(s_document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.True(schemas.ContainsKey(r["#/components/schemas/".Length..]), r));
    }

    [Fact]
    public void Streams_offer_events_and_lines()
    {
        var content = s_document["paths"]!["/v1/echo:watch"]!["get"]!["responses"]!["200"]!["content"]!.AsObject();
        Assert.Equal(["text/event-stream", "application/x-ndjson"], content.Select(c => c.Key));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key is "$ref" ? [(string)p.Value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    private static JsonObject Create()
    {
        var registry = new ServiceRegistry();
        registry.Add("test", new EchoService(TimeProvider.System));
        return OpenApiDocument.Create(registry.Current);
    }
}
