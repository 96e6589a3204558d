using Samtala.Encodings;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Blobs;

/// <summary>Takes the blocks of an absent blob: verifies each, writes them in order, and commits as a local put does.
/// </summary>
internal sealed partial class BlobReceiver : IAsyncDisposable
{
    /// <summary>Blocks that are asked for together.</summary>
    internal const ulong RunBlocks = 32;

    /// <summary>Blocks from the next to be written that may wait in memory: 8 MiB.</summary>
    internal const ulong WindowBlocks = 4 * RunBlocks;

    /// <summary>Blocks that stay in memory after they were written, for readers that follow the download: 2 MiB.
    /// </summary>
    internal const ulong RecentBlocks = 32;

    private readonly Lock _gate = new();
    private readonly BlobStore _blobs;
    private readonly BlobWriter _writer;
    private readonly long _lengthMax;
    private readonly Dictionary<ulong, MerkleNode> _nodes = [];
    private readonly Dictionary<ulong, byte[]> _blocks = [];
    private readonly SparseBitfield _accepted = new();
    private readonly SparseBitfield _nothing = new();
    private readonly TaskCompletionSource<BlobInfo> _completion = NewSource<BlobInfo>();
    private readonly TaskCompletionSource<ulong> _lengthKnown = NewSource<ulong>();
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LogAuthority _authority;
    private LogHead _head = LogHead.Empty;
    private BlobLog? _stored;
    private TaskCompletionSource? _writing;
    private ulong _written;

    internal BlobReceiver(BlobStore blobs, BlobId id, BlobWriter writer, long lengthMax)
    {
        _blobs = blobs;
        _writer = writer;
        _lengthMax = Math.Min(lengthMax, BlobLimits.LengthMax);
        _authority = new LogAuthority(id.Key, null);
        Id = id;
        DiscoveryKey = Manifest.DiscoveryKey(id.Key);
    }

    internal BlobId Id { get; }

    internal Task<BlobInfo> Completion => _completion.Task;

    /// <summary>The length in blocks, once proven.</summary>
    internal Task<ulong> LengthKnown => _lengthKnown.Task;

    /// <summary>Completes at the next change.</summary>
    internal Task Changing => Volatile.Read(ref _change).Task;

    /// <summary>Behind the last block that would be taken now.</summary>
    internal ulong WindowEnd => Volatile.Read(ref _written) + WindowBlocks;

    internal BlobProgress Progress
    {
        get
        {
            lock (_gate)
            {
                bool isKnown = _head.Length > 0;
                ulong received = _accepted.Count * BlobLimits.BlockSize;
                if (isKnown && _accepted.Get(_head.Length - 1))
                    received -= (_head.Length * BlobLimits.BlockSize) - _head.ByteLength;
                return new BlobProgress((long)received, isKnown ? (long)_head.ByteLength : null);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Fail(new IOException($"The download of blob {Id} was ended."));
        Task? writing;
        lock (_gate)
            writing = _writing?.Task;
        if (writing is not null)
            await writing;
        await _writer.DisposeAsync();
        if (_stored is not null)
            await _stored.DisposeAsync();
    }

    /// <summary>Somebody has put the blob here meanwhile.</summary>
    internal void Complete(BlobInfo info)
    {
        _completion.TrySetResult(info);
        Pulse();
    }

    internal void Fail(Exception error)
    {
        if (_completion.TrySetException(error))
            _ = _completion.Task.Exception; // Nobody has to wait for it.
        _lengthKnown.TrySetCanceled();
        Pulse();
    }

    internal async ValueTask<int> ReadAsync(long offset, Memory<byte> target, CancellationToken ct)
    {
        ulong index = (ulong)(offset / BlobLimits.BlockSize);
        while (true)
        {
            Task changed = Changing;
            if (_completion.Task.IsCompleted)
            {
                BlobInfo info = await _completion.Task;
                return offset >= info.Length ? 0 : await _blobs.ReadAsync(Id, offset, target, ct) ?? 0;
            }

            lock (_gate)
            {
                if (_head.Length > 0 && offset >= (long)_head.ByteLength)
                    return 0;
                if (_blocks.TryGetValue(index, out byte[]? block))
                {
                    ReadOnlySpan<byte> rest = block.AsSpan((int)(offset % BlobLimits.BlockSize));
                    int count = Math.Min(rest.Length, target.Length);
                    rest[..count].CopyTo(target.Span);
                    return count;
                }
            }

            await changed.WaitAsync(ct);
        }
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Pulse()
    {
        TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _change, next).TrySetResult();
    }

    /// <summary>Begins to write, unless somebody does. Without the lock held.</summary>
    private void StartWriting()
    {
        TaskCompletionSource writing;
        lock (_gate)
        {
            if (_writing is not null || _completion.Task.IsCompleted || !_blocks.ContainsKey(_written))
                return;
            _writing = writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = WriteAllAsync(writing);
    }

    private async Task WriteAllAsync(TaskCompletionSource writing)
    {
        try
        {
            while (TakeNext() is { } block)
            {
                await _writer.WriteAsync(block, CancellationToken.None);
                bool isLast;
                lock (_gate)
                {
                    _written++;
                    if (_written > RecentBlocks)
                        _blocks.Remove(_written - RecentBlocks - 1);
                    isLast = _written == _head.Length;
                }

                Pulse();
                if (isLast)
                    await CommitAsync();
            }
        }
        catch (Exception e)
        {
            Fail(e);
            lock (_gate)
                _writing = null;
        }
        finally
        {
            writing.SetResult();
        }
    }

    /// <summary>The next block to write; null ends the writing.</summary>
    private byte[]? TakeNext()
    {
        lock (_gate)
        {
            if (!_completion.Task.IsCompleted && _blocks.TryGetValue(_written, out byte[]? block))
                return block;
            _writing = null;
            return null;
        }
    }

    private async Task CommitAsync()
    {
        BlobInfo info = await _writer.CompleteAsync(null, CancellationToken.None);
        BlobLog? stored = await BlobLog.OpenAsync(_blobs, Id, CancellationToken.None);
        lock (_gate)
        {
            _stored = stored;
            _blocks.Clear();
            _nodes.Clear();
        }

        Complete(info);
        if (stored is null)
            return;
        ulong length = stored.Head.Length;
        Changed?.Invoke(new LogChange(LogChangeKind.Appended, 0, length, length, 0));
    }
}
