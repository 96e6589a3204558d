using System.Text.Json;

namespace Samtala.PluginPackages;

/// <summary>Reads one JSON object whose every field is known, named in errors, and bounded.</summary>
/// <param name="element">The object.</param>
/// <param name="where">The file and the path in it, for messages.</param>
internal readonly struct StrictJson(JsonElement element, string where)
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="PluginException">Too large, or not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int sizeMax, string where)
    {
        if (json.Length > sizeMax)
            throw Invalid(where, $"is larger than {sizeMax / 1024} KiB");
        try
        {
            return JsonDocument.Parse(json, s_options);
        }
        catch (JsonException e)
        {
            throw Invalid(where, $"is not JSON: {e.Message}");
        }
    }

    public static PluginException Invalid(string where, string problem) =>
        new(PluginFailure.Invalid, "SAM0201",
            $"{where} {problem}. See docs/plugins.md for the fields and their limits.");

    /// <summary>Refuses anything but an object with these fields.</summary>
    public StrictJson Only(params ReadOnlySpan<string> fields)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Invalid(where, "must be an object");
        foreach (var field in element.EnumerateObject())
        {
            if (!fields.Contains(field.Name))
            {
                throw Invalid(
                    where, $"has the unknown field \"{Shorten(field.Name)}\"; known are {string.Join(", ", fields!)}");
            }
        }

        return this;
    }

    /// <summary>A text; <paramref name="fallback"/> null means it must be there.</summary>
    public string Text(string name, int sizeMax, string? fallback = null)
    {
        if (!element.TryGetProperty(name, out var value))
            return fallback ?? throw Invalid(where, $"lacks the field \"{name}\"");
        return CheckText(name, value, sizeMax);
    }

    public bool Flag(string name, bool fallback)
    {
        if (!element.TryGetProperty(name, out var value))
            return fallback;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Invalid(where, $"has a field \"{name}\" that is neither true nor false");
    }

    public IReadOnlyList<string> Texts(string name, int countMax, int sizeMax)
    {
        if (!element.TryGetProperty(name, out var list))
            return [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > countMax)
            throw Invalid(where, $"has a field \"{name}\" that is not a list of at most {countMax} texts");
        var texts = new List<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            var text = CheckText(name, item, sizeMax);
            if (texts.Contains(text, StringComparer.Ordinal))
                throw Invalid(where, $"names \"{text}\" twice in \"{name}\"");
            texts.Add(text);
        }

        return texts;
    }

    /// <summary>The objects of a list, each with its place for messages.</summary>
    public IEnumerable<StrictJson> Objects(string name, int countMax)
    {
        if (!element.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() > countMax)
        {
            throw Invalid(where, $"lacks a list \"{name}\" of at most {countMax} objects");
        }

        var place = where;
        return list.EnumerateArray().Select((item, i) => new StrictJson(item, $"{place}: {name}[{i}]"));
    }

    /// <summary>An object kept as JSON text.</summary>
    public string RawObject(string name)
    {
        if (!element.TryGetProperty(name, out var value))
            return "{}";
        return value.ValueKind == JsonValueKind.Object
            ? value.GetRawText()
            : throw Invalid(where, $"has a field \"{name}\" that is not an object");
    }

    private string CheckText(string name, JsonElement value, int sizeMax)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Invalid(where, $"has a field \"{name}\" that is not text");
        var text = value.GetString() ?? "";
        if (text.Length == 0 || text.Length > sizeMax || text.Any(char.IsControl))
            throw Invalid(where, $"has a field \"{name}\" that is not 1 to {sizeMax} printable characters");
        return text;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
