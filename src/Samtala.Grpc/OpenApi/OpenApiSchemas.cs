using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;

namespace Samtala.Grpc.OpenApi;

/// <summary>Messages and enums as JSON Schema, in the form of proto3 JSON.</summary>
internal sealed class OpenApiSchemas(ProtoComments comments)
{
    private const string Prefix = "google.protobuf.";
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);

    public JsonObject ToJson()
    {
        var all = new JsonObject();
        foreach (var (name, schema) in _schemas)
            all[name] = schema.DeepClone();
        return all;
    }

    /// <summary>A schema for <paramref name="message"/>: a reference, or the well-known form.</summary>
    public JsonObject Of(MessageDescriptor message)
    {
        if (message.FullName.StartsWith(Prefix, StringComparison.Ordinal))
            return WellKnown(message);
        if (!_schemas.ContainsKey(message.FullName))
        {
            _schemas[message.FullName] = new JsonObject();
            _schemas[message.FullName] = Object(message, []);
        }

        return Reference(message.FullName);
    }

    /// <summary>The fields of <paramref name="message"/> but <paramref name="left"/>, which are given elsewhere.
    /// </summary>
    public JsonObject Object(MessageDescriptor message, IReadOnlyCollection<FieldDescriptor> left)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in message.Fields.InDeclarationOrder().Where(f => !left.Contains(f)))
        {
            var behavior = field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior);
            var schema = Described(Of(field), field);
            if (behavior?.Contains(FieldBehavior.OutputOnly) == true)
                schema["readOnly"] = true;
            if (behavior?.Contains(FieldBehavior.InputOnly) == true)
                schema["writeOnly"] = true;
            if (behavior?.Contains(FieldBehavior.Required) == true)
                required.Add((JsonNode)field.JsonName);
            properties[field.JsonName] = schema;
        }

        var result = Described(new JsonObject { ["type"] = "object" }, message);
        if (properties.Count > 0)
            result["properties"] = properties;
        if (required.Count > 0)
            result["required"] = required;
        return result;
    }

    public JsonObject Of(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var value = One(field.MessageType.FindFieldByNumber(2));
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = value };
        }

        return field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = One(field) } : One(field);
    }

    public JsonObject Described(JsonObject schema, IDescriptor descriptor)
    {
        if (comments.Of(descriptor) is { Length: > 0 } text)
            schema["description"] = text;
        return schema;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Text(string? format = null)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (format is not null)
            schema["format"] = format;
        return schema;
    }

    private static JsonObject Number(string type, string format) => new() { ["type"] = type, ["format"] = format };

    private JsonObject One(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => new JsonObject { ["type"] = "boolean" },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Number("integer", "int32"),
        FieldType.UInt32 or FieldType.Fixed32 => Number("integer", "uint32"),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Text("int64"),
        FieldType.UInt64 or FieldType.Fixed64 => Text("uint64"),
        FieldType.Float => Number("number", "float"),
        FieldType.Double => Number("number", "double"),
        FieldType.Bytes => new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
        FieldType.Enum => Of(field.EnumType),
        FieldType.Message or FieldType.Group => Of(field.MessageType),
        _ => Text(),
    };

    private JsonObject Of(EnumDescriptor type)
    {
        if (string.Equals(type.FullName, Prefix + "NullValue", StringComparison.Ordinal))
            return new JsonObject { ["type"] = "null" };
        if (!_schemas.ContainsKey(type.FullName))
        {
            var lines = type.Values.Select(v => (v.Name, Text: comments.Of(v))).Where(v => v.Text.Length > 0)
                .Select(v => $"- {v.Name}: {v.Text}").Prepend(comments.Of(type));
            _schemas[type.FullName] = new JsonObject
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. type.Values.Select(v => (JsonNode)v.Name)]),
                ["description"] = string.Join('\n', lines).Trim(),
            };
        }

        return Reference(type.FullName);
    }

    private JsonObject WellKnown(MessageDescriptor message) => message.Name switch
    {
        "Timestamp" => Text("date-time"),
        "Duration" => new JsonObject { ["type"] = "string", ["pattern"] = "^-?[0-9]+(\\.[0-9]{1,9})?s$" },
        "FieldMask" => new JsonObject { ["type"] = "string", ["description"] = "Field paths, comma separated." },
        "Value" => [],
        "ListValue" => new JsonObject { ["type"] = "array", ["items"] = new JsonObject() },
        "Any" => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["@type"] = Text() },
            ["additionalProperties"] = true,
        },
        _ when message.Name.EndsWith("Value", StringComparison.Ordinal) => One(message.FindFieldByName("value")),
        _ => new JsonObject { ["type"] = "object" },
    };
}
