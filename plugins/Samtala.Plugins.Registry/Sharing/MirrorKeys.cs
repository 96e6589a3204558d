using System.Text;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Npm;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>
/// Keys of a mirror's map. Parts are separated by a zero byte:
/// <c>p|eco|name</c> is a package's document, <c>p|eco|name|rest</c> a further one; <c>v|eco|name|version</c> a file;
/// <c>h|algorithm|digest</c> finds a file by its digest. Each stands for one record of the shelf.
/// </summary>
internal static class MirrorKeys
{
    private const string Registration = "registration/";

    /// <summary>The key of what a record of the shelf stands for.</summary>
    /// <param name="record">Key of the record.</param>
    /// <returns>Null when such records are not published.</returns>
    public static byte[]? OfRecord(string record)
    {
        foreach (var mirror in (ReadOnlySpan<string>)["npm", "nuget"])
        {
            if (record.StartsWith($"{mirror}/d/", StringComparison.Ordinal))
                return Join($"p\0{EcoOf(mirror)}\0{record[(mirror.Length + 3)..]}");
            if (record.StartsWith($"{mirror}/f/", StringComparison.Ordinal))
                return OfFile(mirror, record[(mirror.Length + 3)..]);
        }

        if (!record.StartsWith("nuget/r/", StringComparison.Ordinal))
            return null;
        var slash = record.IndexOf('/', "nuget/r/".Length);
        return slash < 0 ? null
            : Join($"p\0u\0{record["nuget/r/".Length..slash]}\0{Registration}{record[(slash + 1)..]}");
    }

    /// <summary>The key that finds a file by its digest.</summary>
    public static byte[] OfDigest(Digest digest) => [(byte)'h', 0, (byte)digest.Algorithm, 0, .. digest.Value];

    /// <summary>The record that a document's key stands for.</summary>
    /// <returns>Null when it is none of this version's.</returns>
    public static string? ReadDocument(ReadOnlySpan<byte> key) => Read(key, 'p') is { } parts
        ? parts switch
        {
            [_, "n", var name] => Shelf.DocumentKey("npm", name),
            [_, "u", var id] => Shelf.DocumentKey("nuget", id),
            [_, "u", var id, var rest] when rest.StartsWith(Registration, StringComparison.Ordinal) =>
                $"nuget/r/{id}/{rest[Registration.Length..]}",
            _ => null,
        }
        : null;

    /// <summary>The record that a file's key stands for.</summary>
    /// <param name="key">The key.</param>
    /// <param name="file">The file's name, from the entry.</param>
    /// <returns>Null when it is none of this version's.</returns>
    public static string? ReadFile(ReadOnlySpan<byte> key, string file) => Read(key, 'v') is { } parts
        ? parts switch
        {
            [_, "n", var name, _] => Shelf.FileKey("npm", name, file),
            [_, "u", var id, _] => Shelf.FileKey("nuget", id, file),
            _ => null,
        }
        : null;

    /// <summary>The version in the name of a file; the whole name when it is not told in the usual way.</summary>
    public static string VersionOf(string mirror, string name, string file)
    {
        var (head, tail) = mirror == "npm" ? ($"{NpmName.Unscoped(name)}-", ".tgz") : ($"{name}.", ".nupkg");
        return file.Length > head.Length + tail.Length && file.StartsWith(head, StringComparison.Ordinal)
            && file.EndsWith(tail, StringComparison.Ordinal) ? file[head.Length..^tail.Length] : file;
    }

    private static byte[]? OfFile(string mirror, string nameAndFile)
    {
        var mark = nameAndFile.IndexOf('!', StringComparison.Ordinal);
        if (mark < 0)
            return null;
        var (name, file) = (nameAndFile[..mark], nameAndFile[(mark + 1)..]);
        return Join($"v\0{EcoOf(mirror)}\0{name}\0{SortableVersion.Of(VersionOf(mirror, name, file))}");
    }

    private static char EcoOf(string mirror) => mirror == "npm" ? 'n' : 'u';

    private static byte[] Join(string key) => Encoding.UTF8.GetBytes(key);

    private static string[]? Read(ReadOnlySpan<byte> key, char kind) =>
        key.Length > 2 && key[0] == kind && key[1] == 0 ? Encoding.UTF8.GetString(key).Split('\0') : null;
}
