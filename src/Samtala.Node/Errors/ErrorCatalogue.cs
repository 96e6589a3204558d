namespace Samtala.Node.Errors;

/// <summary>Every error code and its explanation: docs/errors.md, carried inside the program.</summary>
internal sealed class ErrorCatalogue
{
    private const string ResourceName = "errors.md";
    private const string Prefix = "SAM";
    private readonly SortedDictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>Reads a catalogue.</summary>
    /// <param name="markdown">Sections that begin with "## SAM0123 Title".</param>
    public ErrorCatalogue(string markdown)
    {
        foreach (var section in markdown.ReplaceLineEndings("\n").Split("\n## ").Skip(1))
        {
            var end = section.IndexOf(' ', StringComparison.Ordinal);
            if (end > 0 && section.StartsWith(Prefix, StringComparison.Ordinal))
                _texts[section[..end]] = section.Trim();
        }
    }

    /// <summary>All codes, in order.</summary>
    public IReadOnlyCollection<string> Codes => _texts.Keys;

    /// <summary>The catalogue of this program.</summary>
    public static ErrorCatalogue Load()
    {
        using var stream = typeof(ErrorCatalogue).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"{ResourceName} is missing in the program.");
        using StreamReader reader = new(stream);
        return new ErrorCatalogue(reader.ReadToEnd());
    }

    /// <summary>The explanation of a code.</summary>
    /// <param name="code">In any case, with or without "SAM" and leading zeros.</param>
    /// <returns>Null when there is no such code.</returns>
    public string? Explain(string code)
    {
        var digits = code.AsSpan().Trim();
        if (digits.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            digits = digits[3..];
        var key = $"{Prefix}{digits.ToString().PadLeft(4, '0')}";
        return _texts.GetValueOrDefault(key);
    }
}
