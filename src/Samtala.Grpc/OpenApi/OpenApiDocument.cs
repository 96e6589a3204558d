using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.OpenApi;

/// <summary>The OpenAPI 3.1 document of the services of a snapshot.</summary>
public static class OpenApiDocument
{
    /// <summary>Makes the document.</summary>
    /// <param name="snapshot">The services.</param>
    /// <param name="scopeOf">The scope a method declares, for <c>x-samtala-scope</c>; null leaves it out.</param>
    public static JsonObject Create(ServiceSnapshot snapshot, Func<MethodDescriptor, string?>? scopeOf = null)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var comments = new ProtoComments();
        var schemas = new OpenApiSchemas(comments);
        var writer = new OpenApiPaths(comments, schemas, scopeOf);
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var route in snapshot.Routes.Routes)
        {
            var id = $"{route.Descriptor.Service.Name}_{route.Descriptor.Name}";
            for (var i = 2; !used.Add(id); i++)
                id = $"{route.Descriptor.Service.Name}_{route.Descriptor.Name}_{i}";
            var (path, _) = OpenApiPaths.ToPath(route.Template);
            if (!paths.TryGetValue(path, out var item))
                paths[path] = item = [];
            item[route.HttpVerb.ToLowerInvariant()] = writer.ToOperation(route, id);
        }

        var all = schemas.ToJson();
        all["Problem"] = ProblemSchema();
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Samtala", ["version"] = "v1" },
            ["tags"] = Tags(snapshot, comments),
            ["paths"] = new JsonObject(paths.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = all,
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                },
            },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
        };
    }

    private static JsonArray Tags(ServiceSnapshot snapshot, ProtoComments comments)
    {
        var tags = new JsonArray();
        foreach (var service in snapshot.Routes.Routes.Select(r => r.Descriptor.Service).Distinct())
            tags.Add((JsonNode)new JsonObject { ["name"] = service.Name, ["description"] = comments.Of(service) });
        return tags;
    }

    private static JsonNode ProblemSchema() => JsonNode.Parse(
        """
        {
          "type": "object",
          "description": "An error, as RFC 9457 tells it.",
          "required": ["type", "title", "status", "instance", "traceId"],
          "properties": {
            "type": { "type": "string", "description": "urn:samtala:error:REASON" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What, where, why, how to fix." },
            "instance": { "type": "string", "description": "The path of the request." },
            "code": { "type": "string", "description": "SAM0123: samtala explain tells more." },
            "errors": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": { "field": { "type": "string" }, "detail": { "type": "string" } }
              }
            },
            "traceId": { "type": "string", "description": "What the node's log calls the request." },
            "help": { "type": "string", "format": "uri" }
          }
        }
        """)!;
}

/// <summary>The document as bytes, made again only when services came or went.</summary>
public sealed class OpenApiCache
{
    private readonly ServiceRegistry _registry;
    private readonly Func<MethodDescriptor, string?>? _scopeOf;
    private (WeakReference<ServiceSnapshot> Of, byte[] Json, string Etag)? _made;

    /// <summary>For the services of <paramref name="registry"/>.</summary>
    public OpenApiCache(ServiceRegistry registry, Func<MethodDescriptor, string?>? scopeOf = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _registry = registry;
        _scopeOf = scopeOf;
    }

    /// <summary>The document in UTF-8, and a strong ETag with its quotes.</summary>
    public (byte[] Json, string Etag) Get()
    {
        var snapshot = _registry.Current;
        // Weak: a snapshot keeps the types of its plugins loaded.
        if (_made is not { } made || !made.Of.TryGetTarget(out var of) || of != snapshot)
        {
            var json = System.Text.Encoding.UTF8.GetBytes(OpenApiDocument.Create(snapshot, _scopeOf).ToJsonString());
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(json).AsSpan(0, 12));
            made = (new WeakReference<ServiceSnapshot>(snapshot), json, $"\"{hash}\"");
            _made = made;
        }

        return (made.Json, made.Etag);
    }
}
