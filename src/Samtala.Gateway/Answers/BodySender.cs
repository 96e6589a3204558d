using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Gateway.Listeners;

namespace Samtala.Gateway.Answers;

/// <summary>Moves bytes of blobs to the connection.</summary>
internal static class BodySender
{
    /// <summary>Bodies up to this are read in one go and leave with the headers, in bytes.</summary>
    public const int SmallSizeMax = 128 * 1024;

    /// <summary>Pieces in which longer bodies go, in bytes.</summary>
    public const int PieceSize = 128 * 1024;

    /// <summary>Pieces in which files go without a copy, in bytes: others have their turn in between, and a slow
    /// client has <see cref="ListenerLimits.StallTimeout"/> for each.</summary>
    public const int FilePieceSize = 256 * 1024;

    /// <summary>Sends inline bytes.</summary>
    public static Task SendAsync(IFeatureCollection features, ReadOnlySpan<byte> bytes)
    {
        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var started = body.StartAsync();
        if (!started.IsCompletedSuccessfully)
            return WriteLaterAsync(started, body.Writer, bytes.ToArray());
        body.Writer.Write(bytes);
        return Task.CompletedTask;
    }

    /// <summary>Sends a range of a blob.</summary>
    /// <param name="features">The request's features; headers are set.</param>
    /// <param name="blob">Owned by the caller until the task ends.</param>
    /// <param name="range">Inside the blob.</param>
    /// <exception cref="EndOfStreamException">The blob is shorter than it said.</exception>
    public static Task SendAsync(IFeatureCollection features, OpenBlob blob, ByteRange range)
    {
        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (range.Length <= SmallSizeMax)
        {
            var file = blob.FileAt(range.Offset);
            if (file.File is not null && file.Length >= range.Length)
            {
                var started = body.StartAsync();
                if (started.IsCompletedSuccessfully)
                {
                    ReadInto(body.Writer, file with { Length = range.Length });
                    return Task.CompletedTask;
                }
            }
        }

        return SendPiecesAsync(features, body, blob, range);
    }

    private static async Task SendPiecesAsync(
        IFeatureCollection features, IHttpResponseBodyFeature body, OpenBlob blob, ByteRange range)
    {
        var aborted = features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        await body.StartAsync(aborted);
        var (offset, left) = range;
        if (features.Get<IFileOutput>() is { } output && blob.FileAt(offset).File is not null)
        {
            await SendFilesAsync(body, output, blob, range, aborted);
            return;
        }

        while (left > 0)
        {
            var piece = (int)Math.Min(left, PieceSize);
            var file = blob.FileAt(offset);
            if (file.File is not null)
            {
                piece = (int)Math.Min(piece, file.Length);
                ReadInto(body.Writer, file with { Length = piece });
            }
            else
            {
                piece = await blob.ReadAsync(offset, body.Writer.GetMemory(piece)[..piece], aborted);
                if (piece <= 0)
                    throw new EndOfStreamException($"The blob ends at byte {offset}, before its length {blob.Length}.");
                // Nothing is written into this memory; Kestrel only wants it asked for before it counts.
                _ = body.Writer.GetMemory();
                body.Writer.Advance(piece);
            }

            offset += piece;
            left -= piece;
            var flushed = await body.Writer.FlushAsync(aborted);
            if (flushed.IsCompleted || flushed.IsCanceled)
                return;
        }
    }

    private static async Task SendFilesAsync(
        IHttpResponseBodyFeature body, IFileOutput output, OpenBlob blob, ByteRange range, CancellationToken aborted)
    {
        await body.Writer.FlushAsync(aborted);
        var (offset, left) = range;
        while (left > 0)
        {
            var run = blob.FileAt(offset);
            var piece = (int)Math.Min(Math.Min(left, run.Length), FilePieceSize);
            output.BeginFile(run.File!, run.Offset);
            try
            {
                // Nothing is written into this memory; Kestrel only wants it asked for before it counts.
                _ = body.Writer.GetMemory();
                body.Writer.Advance(piece);
                var flushed = await body.Writer.FlushAsync(aborted);
                if (flushed.IsCompleted || flushed.IsCanceled)
                    return;
            }
            finally
            {
                output.EndFile();
            }

            offset += piece;
            left -= piece;
        }
    }

    // Reading is synchronous on purpose: what is served often is in the page cache, where a hop to another thread costs
    // more than the copy.
    private static void ReadInto(PipeWriter writer, FileRange range)
    {
        var (file, offset, length) = range;
        while (length > 0)
        {
            var target = writer.GetSpan((int)length);
            if (target.Length > length)
                target = target[..(int)length];
            var read = RandomAccess.Read(file!, target, offset);
            if (read <= 0)
                throw new EndOfStreamException($"The file of a blob ends at byte {offset}, before the blob does.");
            writer.Advance(read);
            offset += read;
            length -= read;
        }
    }

    private static async Task WriteLaterAsync(Task started, PipeWriter writer, byte[] bytes)
    {
        await started;
        await writer.WriteAsync(bytes);
    }
}
