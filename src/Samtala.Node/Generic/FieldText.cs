using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Node.Errors;

namespace Samtala.Node.Generic;

/// <summary>Values as people type them, in proto JSON.</summary>
internal static class FieldText
{
    private const int FileSizeMax = 3 * 1024 * 1024;

    /// <summary>How a well-known type is typed; null for other messages.</summary>
    public static string? WellKnownForm(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => "2026-12-31T23:59:59Z",
        "google.protobuf.Duration" => "30s|10m|8h|30d",
        "google.protobuf.FieldMask" => "FIELD,FIELD",
        "google.protobuf.Struct" or "google.protobuf.Value" or "google.protobuf.ListValue" or "google.protobuf.Any" =>
            "JSON",
        "google.protobuf.StringValue" or "google.protobuf.BytesValue" => "TEXT",
        "google.protobuf.BoolValue" => "true|false",
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value"
            or "google.protobuf.UInt64Value" or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value"
            => "NUMBER",
        _ => null,
    };

    /// <summary>The words for an enum's values: without the zero and without a common prefix.</summary>
    public static IEnumerable<string> EnumWords(EnumDescriptor type) =>
        type.Values.Where(v => v.Number != 0).Select(v => Words.Kebab(v.Name.ToLowerInvariant()));

    /// <summary>One value.</summary>
    /// <param name="field">What it is for.</param>
    /// <param name="text">As typed.</param>
    /// <param name="flag">For the message, such as "--ttl".</param>
    /// <exception cref="CliException">It is not such a value.</exception>
    public static JsonNode ToJson(FieldDescriptor field, string text, string flag) => field.FieldType switch
    {
        FieldType.String => text,
        FieldType.Bool => bool.TryParse(text, out var value) ? value : throw Wrong(flag, text, "true or false"),
        FieldType.Bytes => Convert.ToBase64String(Bytes(text, flag)),
        FieldType.Enum => EnumName(field.EnumType, text, flag),
        FieldType.Double or FieldType.Float =>
            double.TryParse(text, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Wrong(flag, text, "a number"),
        FieldType.Message or FieldType.Group => MessageValue(field.MessageType, text, flag),
        _ => Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? text
            : throw Wrong(flag, text, "a whole number"),
    };

    private static JsonNode MessageValue(MessageDescriptor type, string text, string flag)
    {
        switch (WellKnownForm(type))
        {
            case "30s|10m|8h|30d":
                return DurationText(text, flag);
            case "TEXT" or "2026-12-31T23:59:59Z" or "FIELD,FIELD" or "NUMBER":
                return text;
            case "true|false":
                return bool.TryParse(text, out var value) ? value : throw Wrong(flag, text, "true or false");
            default:
                try
                {
                    return JsonNode.Parse(text) ?? throw Wrong(flag, text, "JSON");
                }
                catch (JsonException e)
                {
                    throw Wrong(flag, text, $"JSON ({e.Message})");
                }
        }
    }

    // Proto JSON knows seconds only; nobody wants to type 2592000s.
    private static JsonNode DurationText(string text, string flag)
    {
        long? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => null,
        };
        return unit is { } seconds
            && decimal.TryParse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture, out var count)
            && Math.Abs(count) < 1_000_000_000
                ? (count * seconds).ToString("0.#########", CultureInfo.InvariantCulture) + "s"
                : throw Wrong(flag, text, "a time such as 30s, 10m, 8h or 30d");
    }

    private static string EnumName(EnumDescriptor type, string text, string flag)
    {
        var wanted = text.Replace('-', '_');
        return type.Values.FirstOrDefault(v => v.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))?.Name
            ?? throw Wrong(flag, text, string.Join(" or ", EnumWords(type)));
    }

    private static byte[] Bytes(string text, string flag)
    {
        if (!text.StartsWith('@'))
            return System.Text.Encoding.UTF8.GetBytes(text);
        FileInfo file = new(text[1..]);
        return file.Exists && file.Length <= FileSizeMax
            ? File.ReadAllBytes(file.FullName)
            : throw Wrong(flag, text, $"a file of at most {FileSizeMax} bytes");
    }

    private static CliException Wrong(string flag, string text, string wanted) =>
        CliException.Usage("SAM0002", $"'{text}' does not fit", flag, $"give {wanted}");
}
