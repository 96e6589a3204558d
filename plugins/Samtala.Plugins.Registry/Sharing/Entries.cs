using System.Diagnostics.CodeAnalysis;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>What a mirror says of a document.</summary>
/// <param name="Blob">The document, packed by gzip; its links of files begin with <see cref="NeutralLinks"/>.</param>
/// <param name="Length">Of the blob in bytes.</param>
/// <param name="Sha256">Of the blob.</param>
/// <param name="FetchedAt">When an upstream last sent or confirmed it; milliseconds since 1970.</param>
internal sealed record DocumentEntry(BlobId Blob, long Length, Digest Sha256, long FetchedAt)
{
    public byte[] Write() => new CborWriter().Map(4)
        .Bytes("blob", Blob.ToArray())
        .Number("length", Length)
        .Bytes("sha256", Sha256.Value)
        .Number("fetched", FetchedAt)
        .ToArray();

    /// <summary>Reads what a stranger wrote.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, [NotNullWhen(true)] out DocumentEntry? entry)
    {
        entry = null;
        if (!CborReader.TryReadMap(value, out var fields) || !EntryFields.TryBlob(fields, out var blob, out var length)
            || EntryFields.Digest(fields, DigestAlgorithm.Sha256) is not { } sha256
            || EntryFields.Number(fields, "fetched") is not { } fetched || fetched > EntryFields.TimeMax)
        {
            return false;
        }

        entry = new DocumentEntry(blob, length, sha256, fetched);
        return true;
    }
}

/// <summary>What a mirror says of a file.</summary>
/// <param name="Blob">The file.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha512">SHA-512.</param>
/// <param name="Sha256">SHA-256.</param>
/// <param name="Sha1">For look-ups only.</param>
/// <param name="File">Its name.</param>
/// <param name="Version">As the file's name has it.</param>
/// <param name="FetchedAt">When it was fetched; milliseconds since 1970.</param>
internal sealed record FileEntry(
    BlobId Blob, long Length, Digest Sha512, Digest Sha256, Digest Sha1, string File, string Version, long FetchedAt)
{
    /// <summary>Whether the file has this digest.</summary>
    public bool Has(Digest digest) => digest.Equals(
        digest.Algorithm switch
        {
            DigestAlgorithm.Sha1 => Sha1,
            DigestAlgorithm.Sha256 => Sha256,
            _ => Sha512,
        });

    public byte[] Write() => new CborWriter().Map(8)
        .Bytes("blob", Blob.ToArray())
        .Text("file", File)
        .Bytes("sha1", Sha1.Value)
        .Number("length", Length)
        .Bytes("sha256", Sha256.Value)
        .Bytes("sha512", Sha512.Value)
        .Number("fetched", FetchedAt)
        .Text("version", Version)
        .ToArray();

    /// <summary>Reads what a stranger wrote.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, [NotNullWhen(true)] out FileEntry? entry)
    {
        entry = null;
        if (!CborReader.TryReadMap(value, out var fields) || !EntryFields.TryBlob(fields, out var blob, out var length)
            || EntryFields.Digest(fields, DigestAlgorithm.Sha512) is not { } sha512
            || EntryFields.Digest(fields, DigestAlgorithm.Sha256) is not { } sha256
            || EntryFields.Digest(fields, DigestAlgorithm.Sha1) is not { } sha1
            || EntryFields.Number(fields, "fetched") is not { } fetched || fetched > EntryFields.TimeMax
            || fields.GetValueOrDefault("file") is not string { Length: > 0 and <= 512 } file
            || fields.GetValueOrDefault("version") is not string { Length: > 0 and <= 512 } version)
        {
            return false;
        }

        entry = new FileEntry(blob, length, sha512, sha256, sha1, file, version, fetched);
        return true;
    }
}

/// <summary>What a mirror says of a digest.</summary>
/// <param name="Blob">The bytes that hash to it.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Record">Which record of the shelf told it, such as <c>npm/f/ms!ms-2.1.3.tgz</c>.</param>
internal sealed record DigestEntry(BlobId Blob, long Length, string Record)
{
    public byte[] Write() => new CborWriter().Map(3)
        .Bytes("blob", Blob.ToArray())
        .Number("length", Length)
        .Text("record", Record)
        .ToArray();

    /// <summary>Reads what a stranger wrote.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, [NotNullWhen(true)] out DigestEntry? entry)
    {
        entry = null;
        if (!CborReader.TryReadMap(value, out var fields) || !EntryFields.TryBlob(fields, out var blob, out var length)
            || fields.GetValueOrDefault("record") is not string { Length: > 0 and <= 1024 } record)
        {
            return false;
        }

        entry = new DigestEntry(blob, length, record);
        return true;
    }
}

/// <summary>What links of files begin with in published documents: nobody's address. Who serves the document puts his
/// own there.</summary>
internal static class NeutralLinks
{
    /// <summary>Of npm documents.</summary>
    public const string Npm = "https://mirror.invalid/registry/npm/";

    /// <summary>Of NuGet registrations.</summary>
    public const string Nuget = "https://mirror.invalid/registry/nuget/v3/";
}

/// <summary>Fields that entries have in common.</summary>
internal static class EntryFields
{
    /// <summary>Latest time that can be told, in milliseconds since 1970.</summary>
    public const long TimeMax = 253_402_300_799_999;

    private const long LengthMax = 1L << 40;

    public static bool TryBlob(Dictionary<string, object> fields, out BlobId blob, out long length)
    {
        (blob, length) = (default, 0);
        if (fields.GetValueOrDefault("blob") is not byte[] { Length: BlobId.Size } id
            || Number(fields, "length") is not { } number || number > LengthMax)
        {
            return false;
        }

        (blob, length) = (new BlobId(id), number);
        return true;
    }

    public static Digest? Digest(Dictionary<string, object> fields, DigestAlgorithm algorithm) =>
        fields.GetValueOrDefault(algorithm.ToString().ToLowerInvariant()) is byte[] value
        && value.Length == Abstractions.Digest.SizeOf(algorithm) ? new Digest(algorithm, value) : null;

    public static long? Number(Dictionary<string, object> fields, string name) =>
        fields.GetValueOrDefault(name) is ulong number && number <= long.MaxValue ? (long)number : null;
}
