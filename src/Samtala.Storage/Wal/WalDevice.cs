using FASTER.core;
using Samtala.Storage.Files;

namespace Samtala.Storage.Wal;

/// <summary>FasterLog's device: one file per generation, whose first bytes are the commit slots.</summary>
/// <remarks>Failures are kept, not reported to FASTER, which has no way back from them: the write-ahead log asks for
/// <see cref="Failure"/> at every commit and starts a new generation.</remarks>
internal sealed class WalDevice(IStoreFile file) : StorageDeviceBase("wal", SectorSizeBytes, -1)
{
    private const uint SectorSizeBytes = 512;

    /// <summary>Writing over zeros spares the file system a journal commit per flush (0.11 ms, not 0.18 ms).</summary>
    private const int ZeroesAhead = 1 << 20;

    private const int SmallWrite = 64 * 1024;

    private static readonly byte[] s_zeroes = new byte[ZeroesAhead];

    private long _zeroedUntil;

    public Exception? Failure { get; private set; }

    public void Fail(Exception failure) => Failure ??= failure;

    public override unsafe void WriteAsync(
        IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
        DeviceIOCompletionCallback callback, object context)
    {
        try
        {
            var offset = CommitSlots.Size + (segmentId * SegmentSize) + (long)destinationAddress;
            ReadOnlySpan<byte> bytes = new((void*)sourceAddress, (int)numBytesToWrite);
            if (Failure is null)
                Write(offset, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e);
        }

        callback(0, numBytesToWrite, context);
    }

    public override unsafe void ReadAsync(
        int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength,
        DeviceIOCompletionCallback callback, object context)
    {
        Span<byte> target = new((void*)destinationAddress, (int)readLength);
        target.Clear();
        try
        {
            _ = file.Read(CommitSlots.Size + (segmentId * SegmentSize) + (long)sourceAddress, target);
        }
        catch (IOException e)
        {
            Fail(e);
        }

        callback(0, readLength, context);
    }

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
        callback(result);

    public override void Dispose()
    {
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var end = offset + bytes.Length;
        if (bytes.Length <= SmallWrite && end > _zeroedUntil)
        {
            var start = Math.Max(_zeroedUntil, offset);
            file.Write(start, s_zeroes);
            _zeroedUntil = start + ZeroesAhead;
        }

        file.Write(offset, bytes);
        _zeroedUntil = Math.Max(_zeroedUntil, end);
    }
}
