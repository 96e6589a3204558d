using System.Text;

namespace Samtala.Node.Generic;

/// <summary>From proto spelling to what people type.</summary>
internal static class Words
{
    /// <summary>ListMirrors → list-mirrors; page_size → page-size.</summary>
    public static string Kebab(string name)
    {
        StringBuilder text = new();
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (c == '_')
                text.Append('-');
            else if (char.IsAsciiLetterUpper(c) && i > 0 && name[i - 1] != '_')
                text.Append('-').Append(char.ToLowerInvariant(c));
            else
                text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>scopes → scope, entries → entry; null when the word has no other singular.</summary>
    public static string? Singular(string word)
    {
        if (word.EndsWith("ies", StringComparison.Ordinal))
            return word[..^3] + "y";
        return word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) && word.Length > 2 ? word[..^1]
            : null;
    }

    /// <summary>The first sentence of a comment, on one line.</summary>
    public static string FirstSentence(string comment)
    {
        var line = comment.ReplaceLineEndings(" ").Trim();
        while (line.Contains("  ", StringComparison.Ordinal))
            line = line.Replace("  ", " ", StringComparison.Ordinal);
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? line : line[..(end + 1)];
    }
}
