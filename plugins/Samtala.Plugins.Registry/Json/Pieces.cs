using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Samtala.Plugins.Registry.Json;

/// <summary>Documents in pieces: cut, packed, unpacked, walked. Nothing here holds a whole document.</summary>
internal static class Pieces
{
    // Twice this stays below what .NET keeps apart as large objects.
    private const int PieceSize = 32 * 1024;

    /// <summary>Rendered once, sent many times: level 5 costs little more than 1 and saves a quarter of the bytes.
    /// </summary>
    private static readonly ZLibCompressionOptions s_compression = new() { CompressionLevel = 5 };

    /// <summary>Cuts bytes that are in memory.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> CutAsync(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += PieceSize)
            yield return bytes.Slice(at, Math.Min(PieceSize, bytes.Length - at));
        await Task.CompletedTask;
    }

    /// <summary>Unpacks gzip.</summary>
    /// <exception cref="InvalidDataException">It is not gzip.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> GunzipAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> pieces,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using PieceStream packed = new(pieces, cancellationToken);
        await using GZipStream gzip = new(packed, CompressionMode.Decompress);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            int size;
            while ((size = await gzip.ReadAsync(buffer.AsMemory(0, PieceSize), cancellationToken)) > 0)
                yield return buffer.AsMemory(0, size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Passes a document on as long as it is not too long.</summary>
    /// <exception cref="InvalidDataException">It is longer.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> LimitAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> pieces,
        long lengthMax,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long length = 0;
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            if ((length += piece.Length) > lengthMax)
                throw new InvalidDataException($"The document unpacks to more than {lengthMax} bytes.");
            yield return piece;
        }
    }

    /// <summary>Walks a document and packs what the walker writes.</summary>
    /// <param name="document">Its pieces.</param>
    /// <param name="walker">Owned by the caller.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Text.Json.JsonException">The document is not whole JSON.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> RenderAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> document,
        JsonWalker walker,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, s_compression, leaveOpen: true))
        {
            await foreach (var piece in document.WithCancellation(cancellationToken))
            {
                walker.Feed(piece.Span, isLast: false);
                Pack(gzip, walker);
                if (packed.Length < PieceSize)
                    continue;
                yield return packed.GetBuffer().AsMemory(0, (int)packed.Length);
                packed.SetLength(0);
            }

            walker.Feed([], isLast: true);
            Pack(gzip, walker);
        }

        if (packed.Length > 0)
            yield return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }

    /// <summary>Walks a document until the walker is done, and keeps nothing.</summary>
    public static async ValueTask WalkAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> document, JsonWalker walker, CancellationToken cancellationToken)
    {
        await foreach (var piece in document.WithCancellation(cancellationToken))
        {
            walker.Feed(piece.Span, isLast: false);
            walker.Output.ResetWrittenCount();
            if (walker.IsDone)
                return;
        }
    }

    private static void Pack(GZipStream gzip, JsonWalker walker)
    {
        gzip.Write(walker.Output.WrittenSpan);
        walker.Output.ResetWrittenCount();
    }
}
