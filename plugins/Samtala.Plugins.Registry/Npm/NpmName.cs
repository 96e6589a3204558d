using System.Buffers;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>Names of npm packages and of their files, as they may stand in a path.</summary>
internal static class NpmName
{
    /// <summary>Longest name in characters, with its scope.</summary>
    public const int LengthMax = 214;

    /// <summary>Longest file name in characters.</summary>
    public const int FileLengthMax = 256;

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~");

    private static readonly SearchValues<char> s_fileCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+");

    /// <summary>Whether a text is <c>name</c> or <c>@scope/name</c>.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > LengthMax)
            return false;
        if (text[0] != '@')
            return IsPart(text);
        var slash = text.IndexOf('/');
        return slash > 1 && IsPart(text[1..slash]) && IsPart(text[(slash + 1)..]);
    }

    /// <summary>Whether a text can be the name of a package file.</summary>
    public static bool IsFile(ReadOnlySpan<char> text) =>
        text.Length is > 4 and <= FileLengthMax && text.EndsWith(".tgz", StringComparison.Ordinal) && text[0] != '.'
        && !text.ContainsAnyExcept(s_fileCharacters);

    /// <summary>The name without its scope.</summary>
    public static string Unscoped(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>As npm writes it in a path: <c>@scope%2fname</c>.</summary>
    public static string Escaped(string name) => name.Replace("/", "%2f", StringComparison.Ordinal);

    private static bool IsPart(ReadOnlySpan<char> text) =>
        text.Length > 0 && text[0] is not ('.' or '_') && !text.ContainsAnyExcept(s_nameCharacters);
}
