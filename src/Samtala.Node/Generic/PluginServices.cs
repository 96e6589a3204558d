using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Samtala.Grpc.Client;
using Samtala.Node.Client;
using Samtala.Node.Errors;

namespace Samtala.Node.Generic;

/// <summary>What a running node tells about its plugins' commands.</summary>
internal static class PluginServices
{
    /// <summary>The services of a plugin, by reflection; none when it does not run.</summary>
    public static async Task<IReadOnlyList<ServiceDescriptor>> OfAsync(
        NodeClient client, string id, CancellationToken cancellationToken)
    {
        // Over HTTP/1.1 there is no gRPC: the node says where it is.
        var target = client.Target.Socket.Length > 0 ? $"unix:{client.Target.Socket}"
            : await GrpcOfAsync(client, cancellationToken);
        Metadata headers = [];
        if (client.Target.Token.Length > 0)
            headers.Add("authorization", $"Bearer {client.Target.Token}");
        using var channel = SamtalaChannel.ForAddress(target);
        try
        {
            return await ReflectedServices.OfPluginAsync(channel.CreateCallInvoker(), headers, id, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            throw new CliException("SAM0101", "no node answers", target, e.Status.Detail, "start it: samtala start", e);
        }
    }

    /// <summary>Ids of the plugins that run.</summary>
    public static async Task<IReadOnlyList<string>> IdsAsync(NodeClient client, CancellationToken cancellationToken)
    {
        var answer = await client.CallAsync(HttpMethod.Get, "/v1/plugins?pageSize=1000", null, cancellationToken);
        return [.. (answer["plugins"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(p => p["state"]?.ToString() == "RUNNING" && (p["services"] as JsonArray)?.Count > 0)
            .Select(p => p["id"]?.ToString() ?? "")];
    }

    /// <summary>Descriptions of operations and their fields, from the node's OpenAPI document.</summary>
    /// <returns>By operation id, and by "operation id/field".</returns>
    public static async Task<IReadOnlyDictionary<string, string>> CommentsAsync(
        NodeClient client, CancellationToken cancellationToken)
    {
        var document = await client.CallAsync(HttpMethod.Get, "/openapi.json", null, cancellationToken);
        Dictionary<string, string> comments = new(StringComparer.Ordinal);
        var operations = (document["paths"] as JsonObject ?? []).Select(p => p.Value).OfType<JsonObject>()
            .SelectMany(path => path.Select(verb => verb.Value).OfType<JsonObject>());
        foreach (var operation in operations)
        {
            if (operation["operationId"]?.ToString() is not { } id)
                continue;
            comments[id] = operation["description"]?.ToString() ?? "";
            foreach (var parameter in (operation["parameters"] as JsonArray ?? []).OfType<JsonObject>())
                comments[$"{id}/{parameter["name"]}"] = parameter["description"]?.ToString() ?? "";
            AddBody(document, operation, id, comments);
        }

        return comments;
    }

    private static void AddBody(
        JsonObject document, JsonObject operation, string id, Dictionary<string, string> comments)
    {
        var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"] as JsonObject;
        if (schema?["$ref"]?.ToString() is { } reference)
        {
            JsonNode? at = document;
            foreach (var step in reference.TrimStart('#', '/').Split('/'))
                at = at?[step];
            schema = at as JsonObject;
        }

        foreach (var (name, field) in schema?["properties"] as JsonObject ?? [])
            comments[$"{id}/{name}"] = field?["description"]?.ToString() ?? "";
    }

    private static async Task<string> GrpcOfAsync(NodeClient client, CancellationToken cancellationToken)
    {
        var status = await client.CallAsync(HttpMethod.Get, "/v1/status", null, cancellationToken);
        return status["grpc"]?.ToString() is { Length: > 0 } address
            ? address
            : throw new CliException(
                "SAM0109", "this node offers no gRPC over TCP, which describes its plugins' commands",
                    client.Target.Shown,
                "", "use its Unix socket: --node PATH");
    }
}
