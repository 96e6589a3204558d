using System.Buffers;
using NuGet.Versioning;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>Ids and versions of NuGet packages.</summary>
internal static class NugetName
{
    /// <summary>Longest id in characters.</summary>
    public const int IdLengthMax = 100;

    /// <summary>Longest version in characters.</summary>
    public const int VersionLengthMax = 128;

    private static readonly SearchValues<char> s_idCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Reads an id.</summary>
    /// <returns>In lower case; null when it is none.</returns>
    public static string? ReadId(string text) =>
        text.Length is > 0 and <= IdLengthMax && text[0] is not ('.' or '-')
        && !text.AsSpan().ContainsAnyExcept(s_idCharacters)
            ? text.ToLowerInvariant() : null;

    /// <summary>Reads a version.</summary>
    /// <returns>Normalised and in lower case, as it stands in paths; null when it is none.</returns>
    public static string? ReadVersion(string text) =>
        text.Length <= VersionLengthMax && NuGetVersion.TryParse(text, out var version)
            ? version.ToNormalizedString().ToLowerInvariant() : null;
}
