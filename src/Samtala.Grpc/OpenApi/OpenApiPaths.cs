using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Grpc.Rest;

namespace Samtala.Grpc.OpenApi;

/// <summary>Routes as OpenAPI operations.</summary>
internal sealed class OpenApiPaths(
    ProtoComments comments, OpenApiSchemas schemas, Func<MethodDescriptor, string?>? scopeOf)
{
    /// <summary>Depth of messages inside messages that queries are described to.</summary>
    private const int QueryDepthMax = 3;

    /// <summary>The path of OpenAPI for a template, "/v1/rooms/{room}/messages/{message}:pin", and its parameters.
    /// </summary>
    public static (string Path, List<string> Parameters) ToPath(PathTemplate template)
    {
        var path = new StringBuilder();
        var names = new List<string>();
        for (var i = 0; i < template.Segments.Count; i++)
        {
            var segment = template.Segments[i];
            path.Append('/');
            if (segment.Kind == SegmentKind.Literal)
            {
                path.Append(segment.Text);
                continue;
            }

            var name = NameOf(template, i);
            while (names.Contains(name))
                name += "_";
            names.Add(name);
            path.Append('{').Append(name).Append('}');
        }

        if (template.Verb.Length > 0)
            path.Append(':').Append(template.Verb);
        return (path.ToString(), names);
    }

    public JsonObject ToOperation(Route route, string operationId)
    {
        var comment = comments.Of(route.Descriptor);
        var operation = new JsonObject
        {
            ["operationId"] = operationId,
            ["tags"] = new JsonArray(route.Descriptor.Service.Name),
            ["summary"] = comment.Split(". ", 2)[0].Split('\n')[0].TrimEnd('.'),
            ["description"] = comment,
            ["parameters"] = Parameters(route),
            ["responses"] = Responses(route),
        };
        if (scopeOf?.Invoke(route.Descriptor) is { Length: > 0 } scope)
        {
            operation["x-samtala-scope"] = scope;
            if (scope is "none")
                operation["security"] = new JsonArray();
        }

        if (route.TakesBody)
            operation["requestBody"] = Body(route);
        return operation;
    }

    private static string NameOf(PathTemplate template, int index)
    {
        var variable = template.Variables.FirstOrDefault(v => index >= v.First);
        if (variable is { IsMulti: false })
            return variable.FieldPath.Replace('.', '_');
        if (index == 0 || template.Segments[index - 1].Kind != SegmentKind.Literal)
            return "rest";
        var collection = template.Segments[index - 1].Text;
        return collection.EndsWith("ies", StringComparison.Ordinal) ? collection[..^3] + "y"
            : collection.EndsWith('s') ? collection[..^1]
            : collection;
    }

    private static JsonObject Content(string mediaType, JsonObject schema) =>
        new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private JsonArray Parameters(Route route)
    {
        var all = new JsonArray();
        foreach (var name in ToPath(route.Template).Parameters)
        {
            all.Add((JsonNode)new JsonObject
            {
                ["name"] = name,
                ["in"] = "path",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = "string" },
            });
        }

        if (!route.BodyIsRequest)
            AddQuery(all, route, route.Descriptor.InputType, "", 1);
        return all;
    }

    private void AddQuery(JsonArray all, Route route, MessageDescriptor message, string prefix, int depth)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var path = prefix + field.JsonName;
            var isBound = (depth == 1 && field == route.BodyField) || field.IsMap ||
                route.Variables.Any(v => v.Length == depth && v[^1] == field);
            if (isBound)
                continue;
            var isPlain = field.FieldType != FieldType.Message ||
                field.MessageType.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal);
            if (isPlain)
            {
                var parameter = new JsonObject { ["name"] = path, ["in"] = "query", ["schema"] = schemas.Of(field) };
                all.Add((JsonNode)schemas.Described(parameter, field));
            }
            else if (!field.IsRepeated && depth < QueryDepthMax)
            {
                AddQuery(all, route, field.MessageType, path + ".", depth + 1);
            }
        }
    }

    private JsonObject Body(Route route)
    {
        FieldDescriptor[] inPath = [.. route.Variables.Where(v => v.Length == 1).Select(v => v[0])];
        var schema = route.BodyField is { } field ? schemas.Of(field)
            : inPath.Length > 0 ? schemas.Object(route.Descriptor.InputType, inPath)
            : schemas.Of(route.Descriptor.InputType);
        return new JsonObject { ["required"] = true, ["content"] = Content("application/json", schema) };
    }

    private JsonObject Responses(Route route)
    {
        JsonObject Schema() => route.ResponseField is { } field
            ? schemas.Of(field)
            : schemas.Of(route.Descriptor.OutputType);
        var content = route.Descriptor.IsServerStreaming
            ? new JsonObject
            {
                ["text/event-stream"] = new JsonObject { ["schema"] = Schema() },
                ["application/x-ndjson"] = new JsonObject { ["schema"] = Schema() },
            }
            : Content("application/json", Schema());
        var problem = new JsonObject { ["$ref"] = "#/components/schemas/Problem" };
        return new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = comments.Of(route.Descriptor.OutputType) is { Length: > 0 } text ? text : "OK.",
                ["content"] = content,
            },
            ["default"] = new JsonObject
            {
                ["description"] = "An error.",
                ["content"] = Content(Problem.MediaType, problem),
            },
        };
    }
}
