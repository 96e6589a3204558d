using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Rest;

/// <summary>Makes a request message from body, query, path and headers, in this order of weight: later wins.</summary>
internal static class RequestBinder
{
    /// <summary>Parameters a query may have.</summary>
    public const int QueryParametersMax = 256;

    /// <summary>Depth of JSON.</summary>
    private const int JsonDepthMax = 64;

    private const string ResumeTokenField = "resume_token";
    private const string EtagField = "etag";
    private const string MaskField = "update_mask";

    private static readonly JsonReaderOptions s_strictJson = new() { MaxDepth = JsonDepthMax };

    /// <exception cref="RpcException">The request is wrong; the message says what and where.</exception>
    public static IMessage Bind(RouteMatch match, RestExchange exchange, byte[] body)
    {
        var route = match.Route;
        var message = body.Length == 0
            ? route.Descriptor.InputType.Parser.ParseFrom(ByteString.Empty)
            : ParseBody(route, body);
        AddQuery(message, route, exchange.Query);
        AddPath(message, match);
        AddHeaders(message, route, exchange);
        return message;
    }

    private static IMessage ParseBody(Route route, byte[] body)
    {
        var json = ToText(body, "The body");
        if (route.BodyField is { } field)
            json = $"{{\"{field.JsonName}\":{json}}}";
        try
        {
            var settings = JsonParser.Settings.Default.WithRecursionLimit(JsonDepthMax);
            var message = new JsonParser(settings).Parse(json, route.Descriptor.InputType);
            if (string.Equals(route.HttpVerb, "PATCH", StringComparison.Ordinal))
                FillMask(message, route, body);
            return message;
        }
        catch (Exception e) when (e is InvalidJsonException or InvalidProtocolBufferException or FormatException or
            ArgumentException or OverflowException or InvalidOperationException)
        {
            throw RichStatus.BadField("body", $"it is no {route.Descriptor.InputType.Name}: {e.Message}");
        }
    }

    /// <summary>The body as text, when it is UTF-8 and exactly one JSON value: else a "field" body could say more.
    /// </summary>
    private static string ToText(byte[] body, string what)
    {
        try
        {
            var reader = new Utf8JsonReader(body, s_strictJson);
            reader.Read();
            reader.Skip();
            if (reader.Read())
                throw RichStatus.BadField("body", "more than one JSON value.");
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            throw RichStatus.BadField("body", $"{what} is no JSON: {e.Message}");
        }
    }

    /// <summary>A PATCH without update_mask changes the fields it names.</summary>
    private static void FillMask(IMessage message, Route route, byte[] body)
    {
        if (route.BodyField is not { FieldType: FieldType.Message } field ||
            message.Descriptor.FindFieldByName(MaskField) is not { } maskField ||
            maskField.Accessor.GetValue(message) is not null)
        {
            return;
        }

        using var json = JsonDocument.Parse(body);
        var mask = new Google.Protobuf.WellKnownTypes.FieldMask();
        if (json.RootElement.ValueKind == JsonValueKind.Object)
            CollectPaths(json.RootElement, field.MessageType, "", mask);
        maskField.Accessor.SetValue(message, mask);
    }

    private static void CollectPaths(
        JsonElement value, MessageDescriptor type, string prefix, Google.Protobuf.WellKnownTypes.FieldMask mask)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (FieldPath.Find(type, property.Name) is not { } field)
                continue;
            var isNested = property.Value.ValueKind == JsonValueKind.Object && !field.IsMap &&
                field.FieldType == FieldType.Message &&
                !field.MessageType.File.Package.StartsWith("google.protobuf", StringComparison.Ordinal);
            if (isNested)
                CollectPaths(property.Value, field.MessageType, $"{prefix}{field.Name}.", mask);
            else
                mask.Paths.Add(prefix + field.Name);
        }
    }

    private static void AddQuery(IMessage message, Route route, string query)
    {
        if (query.Length == 0)
            return;
        var parts = query.Split('&', QueryParametersMax + 1, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > QueryParametersMax)
            throw RichStatus.BadField("query", $"more than {QueryParametersMax} parameters.");
        foreach (var part in parts)
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var rawValue = equals < 0 ? "" : part[(equals + 1)..];
            if (!UrlText.TryDecode(equals < 0 ? part : part[..equals], true, false, out var name) ||
                !UrlText.TryDecode(rawValue, true, false, out var value))
            {
                throw RichStatus.BadField("query", "it is not well encoded: '%' needs two digits, and UTF-8 bytes.");
            }

            if (route.BodyIsRequest)
                throw RichStatus.BadField(name, "this method takes everything in its body.");
            SetField(message, name, value);
        }
    }

    private static void SetField(IMessage message, string name, string value)
    {
        try
        {
            FieldText.Set(message, FieldPath.Resolve(message.Descriptor, name), value);
        }
        catch (FormatException e)
        {
            throw RichStatus.BadField(name.Length > 64 ? name[..64] : name, e.Message);
        }
    }

    private static void AddPath(IMessage message, RouteMatch match)
    {
        for (var i = 0; i < match.Route.Variables.Length; i++)
        {
            var name = match.Route.Template.Variables[i].FieldPath;
            if (!match.TryGetValue(i, out var value))
                throw RichStatus.BadField(name, "the path is not well encoded.");
            try
            {
                FieldText.Set(message, match.Route.Variables[i], value);
            }
            catch (FormatException e)
            {
                throw RichStatus.BadField(name, e.Message);
            }
        }
    }

    private static void AddHeaders(IMessage message, Route route, RestExchange exchange)
    {
        if (exchange.GetHeader("Last-Event-ID") is { Length: > 0 } last && route.Descriptor.IsServerStreaming)
            SetText(message, ResumeTokenField, last, overwrite: true);
        if (exchange.GetHeader("If-Match") is not { Length: > 0 } etag || etag is "*")
            return;
        var text = etag.Trim().Trim('"');
        if (SetText(message, EtagField, text, overwrite: false))
            return;
        if (route.BodyField?.Accessor.GetValue(message) is IMessage inner)
            SetText(inner, EtagField, text, overwrite: false);
    }

    private static bool SetText(IMessage message, string name, string value, bool overwrite)
    {
        if (message.Descriptor.FindFieldByName(name) is not { FieldType: FieldType.String, IsRepeated: false } field)
            return false;
        if (overwrite || field.Accessor.GetValue(message) is "")
            field.Accessor.SetValue(message, value);
        return true;
    }
}
