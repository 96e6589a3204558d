using Samtala.Hypercore.Logs;
using Samtala.Storage;

namespace Samtala.Hypercore.Hyperblobs;

/// <summary>Blobs one after another in a log, as the JavaScript package hyperblobs has them. Source: docs/hyperbee.md.
/// </summary>
/// <remarks>The log stays the caller's and should hold nothing else. Any thread may read; writers wait for each other
/// as long as they use the same store object. Our own blobs are static logs (see docs/blobs.md); this is for the
/// exchange with programs that use hyperblobs.</remarks>
public sealed partial class HyperblobStore
{
    /// <summary>Bytes of a block, as in the reference.</summary>
    public const int BlockSizeDefault = 64 * 1024;

    private const int BlocksPerAppend = 16;

    private readonly Log _log;
    private readonly int _blockSize;
    private readonly Turn _turn = new();

    /// <summary>Names the log; nothing is read yet.</summary>
    /// <param name="log">Owned by the caller; must outlive this.</param>
    /// <param name="blockSize">Bytes of the blocks that are written, 1 to <see cref="LogLimits.BlockSizeMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is outside.</exception>
    public HyperblobStore(Log log, int blockSize = BlockSizeDefault)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockSize, LogLimits.BlockSizeMax);
        _log = log;
        _blockSize = blockSize;
    }

    /// <summary>Writes a blob.</summary>
    /// <param name="content">Read until the call completes.</param>
    /// <param name="durability">When the call completes.</param>
    /// <param name="cancellationToken">Gives up; blocks written so far stay in the log, unnamed.</param>
    /// <returns>Keep it: the store does not.</returns>
    /// <exception cref="LogException">The log cannot be written.</exception>
    public async ValueTask<HyperblobId> PutAsync(
        ReadOnlyMemory<byte> content,
        Durability durability = Durability.Durable,
        CancellationToken cancellationToken = default)
    {
        List<ReadOnlyMemory<byte>> blocks = [];
        for (int at = 0; at < content.Length; at += _blockSize)
            blocks.Add(content.Slice(at, Math.Min(_blockSize, content.Length - at)));
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            HyperblobId id = new(
                _log.AppliedLength, (ulong)blocks.Count, _log.AppliedByteLength, (ulong)content.Length);
            for (int at = 0; at < blocks.Count; at += BlocksPerAppend)
            {
                List<ReadOnlyMemory<byte>> part = blocks[at..Math.Min(blocks.Count, at + BlocksPerAppend)];
                await _log.AppendAsync(part, Durability.Later, cancellationToken).ConfigureAwait(false);
            }

            if (durability == Durability.Durable)
                await _log.FlushAsync(cancellationToken).ConfigureAwait(false);
            return id;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes a blob from a stream; memory stays within some blocks.</summary>
    /// <param name="content">Read to its end; the caller disposes it.</param>
    /// <param name="durability">When the call completes.</param>
    /// <param name="cancellationToken">Gives up; blocks written so far stay in the log, unnamed.</param>
    /// <returns>Keep it: the store does not.</returns>
    /// <exception cref="LogException">The log cannot be written.</exception>
    public async ValueTask<HyperblobId> PutAsync(
        Stream content, Durability durability = Durability.Durable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ulong first = _log.AppliedLength;
            ulong firstByte = _log.AppliedByteLength;
            byte[][] buffers = new byte[BlocksPerAppend][];
            List<ReadOnlyMemory<byte>> part = new(BlocksPerAppend);
            while (true)
            {
                byte[] buffer = buffers[part.Count] ??= new byte[_blockSize];
                int read = await content.ReadAtLeastAsync(
                    buffer, _blockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (read > 0)
                    part.Add(buffer.AsMemory(0, read));
                if (part.Count == BlocksPerAppend || (read < _blockSize && part.Count > 0))
                {
                    await _log.AppendAsync(part, Durability.Later, cancellationToken).ConfigureAwait(false);
                    part.Clear();
                }

                if (read < _blockSize)
                    break;
            }

            if (durability == Durability.Durable)
                await _log.FlushAsync(cancellationToken).ConfigureAwait(false);
            return new HyperblobId(
                first, _log.AppliedLength - first, firstByte, _log.AppliedByteLength - firstByte);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives the space of a blob back; its hashes stay, so that the log stays verifiable.</summary>
    /// <param name="id">Of the blob. Of one with a list of blocks, the list goes and the blocks stay: others may share
    /// them.</param>
    /// <param name="cancellationToken">Gives up before anything is removed.</param>
    public ValueTask ClearAsync(HyperblobId id, CancellationToken cancellationToken = default) =>
        _log.ClearAsync(id.BlockOffset, id.BlockLength, cancellationToken);
}
