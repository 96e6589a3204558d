using System.Text.Json;

namespace Samtala.Encodings.Tests;

/// <summary>How the vector file writes values of any type.</summary>
internal static class AnyValues
{
    public static object? FromJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetUInt64(out ulong unsigned)
            ? (object)unsigned
            : value.TryGetInt64(out long signed) ? (object)signed : value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(FromJson).ToArray(),
        _ when value.TryGetProperty("buffer", out JsonElement hex) => Convert.FromHexString(hex.GetString()!),
        _ when value.TryGetProperty("date", out JsonElement date) =>
            DateTimeOffset.FromUnixTimeMilliseconds(date.GetInt64()),
        _ => value.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, FromJson(p.Value))).ToArray(),
    };

    public static object? ToText(object? value) => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        DateTimeOffset moment => moment.ToUnixTimeMilliseconds(),
        object?[] list => list.Select(ToText).ToArray(),
        KeyValuePair<string, object?>[] named => named.ToDictionary(n => n.Key, n => ToText(n.Value)),
        _ => value,
    };
}
