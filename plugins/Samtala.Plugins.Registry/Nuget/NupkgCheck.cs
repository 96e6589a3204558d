using System.Buffers;
using System.IO.Compression;
using System.Xml;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>
/// Checks that a package is whole and is the one asked for: every entry unpacks to its announced length and checksum
/// within limits, and the one .nuspec at its root names the id and version.
/// </summary>
internal static class NupkgCheck
{
    /// <summary>Most unpacked bytes of a package.</summary>
    public const long UnpackedSizeMax = 8L * 1024 * 1024 * 1024;

    /// <summary>Longest .nuspec in bytes.</summary>
    public const int NuspecSizeMax = 4 * 1024 * 1024;

    private const int BufferSize = 64 * 1024;

    /// <summary>Checks a package.</summary>
    /// <param name="blobs">Where it is.</param>
    /// <param name="blob">The package.</param>
    /// <param name="id">In lower case.</param>
    /// <param name="version">Normalised, in lower case.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static async Task<string?> FindFaultAsync(
        IBlobs blobs, BlobInfo blob, string id, string version, CancellationToken cancellationToken)
    {
        try
        {
            var entries = await ZipDirectory.ReadAsync(blobs, blob, cancellationToken);
            if (entries.Sum(e => e.Size) > UnpackedSizeMax)
                return $"it unpacks to more than {UnpackedSizeMax} bytes";
            var nuspec = await ReadNuspecAsync(blobs, blob, entries, cancellationToken);
            if (NuspecIdentity.Read(nuspec) is not { } identity)
                return "its .nuspec names no id and version";
            if (identity.Id != id || identity.Version != version)
                return $"it is {identity.Id} {identity.Version}, not {id} {version}";
            foreach (var entry in entries)
                await UnpackAsync(blobs, blob, entry, Stream.Null, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or XmlException)
        {
            return $"it is no whole package: {e.Message}";
        }
    }

    /// <summary>Takes the .nuspec out of a package that was checked.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static async Task<byte[]> ReadNuspecAsync(
        IBlobs blobs, BlobInfo blob, CancellationToken cancellationToken) =>
        await ReadNuspecAsync(
            blobs, blob, await ZipDirectory.ReadAsync(blobs, blob, cancellationToken), cancellationToken);

    private static async Task<byte[]> ReadNuspecAsync(
        IBlobs blobs, BlobInfo blob, IReadOnlyList<ZipEntry> entries, CancellationToken cancellationToken)
    {
        var nuspecs = entries.Where(IsNuspec).ToList();
        if (nuspecs.Count != 1)
            throw new InvalidDataException($"it has {nuspecs.Count} .nuspec files at its root, not one");
        if (nuspecs[0].Size > NuspecSizeMax)
            throw new InvalidDataException($"its .nuspec is longer than {NuspecSizeMax} bytes");
        using MemoryStream nuspec = new((int)nuspecs[0].Size);
        await UnpackAsync(blobs, blob, nuspecs[0], nuspec, cancellationToken);
        return nuspec.ToArray();
    }

    private static bool IsNuspec(ZipEntry entry) =>
        entry.Name.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)
        && !entry.Name.TrimStart('/').Contains('/', StringComparison.Ordinal);

    private static async Task UnpackAsync(
        IBlobs blobs, BlobInfo blob, ZipEntry entry, Stream target, CancellationToken cancellationToken)
    {
        var data = await ZipDirectory.FindDataAsync(blobs, blob, entry, cancellationToken);
        Crc32 crc = default;
        long length = 0;
        if (entry.PackedSize > 0)
        {
            await using PieceStream packed = new(
                blobs.ReadAsync(blob.Id, data, entry.PackedSize, cancellationToken), cancellationToken);
            await using Stream plain = entry.Method == ZipEntry.Deflate
                ? new DeflateStream(packed, CompressionMode.Decompress, leaveOpen: true) : packed;
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                int size;
                while (length <= entry.Size && (size = await plain.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    crc.Add(buffer.AsSpan(0, size));
                    length += size;
                    await target.WriteAsync(buffer.AsMemory(0, size), cancellationToken);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        if (length != entry.Size || crc.Value != entry.Crc32)
            throw new InvalidDataException($"its entry '{entry.Name}' does not have its announced length and checksum");
    }
}
