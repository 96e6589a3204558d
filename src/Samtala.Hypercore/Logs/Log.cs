using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Samtala.Crypto;
using Samtala.Hypercore.Logs.Core;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs;

/// <summary>A session on a log: the log itself, or a snapshot of it. Source: docs/logs.md.</summary>
/// <remarks>Thread-safe. Any number of sessions share one log; the last one that is disposed closes it.</remarks>
public sealed partial class Log : IAsyncDisposable
{
    private const int ChangesWaitingMax = 1024;

    private readonly LogCore _core;
    private readonly LogStore _store;
    private readonly BlockCipher? _cipher;
    private readonly LogSnapshot? _snapshot;
    private int _isDisposed;

    internal Log(LogCore core, LogStore store, LogOptions options)
    {
        _core = core;
        _store = store;
        if (options.Encryption is { } encryption)
            _cipher = new BlockCipher(core.Key, () => core.Authority.IsCompat, encryption);
    }

    private Log(Log other, LogSnapshot snapshot)
    {
        _core = other._core;
        _store = other._store;
        _cipher = other._cipher;
        _snapshot = snapshot;
    }

    /// <summary>Names the log for ever.</summary>
    public Hash32 Key => _core.Key;

    /// <summary>Under what peers find the log without learning its key.</summary>
    public Hash32 DiscoveryKey => _core.DiscoveryKey;

    /// <summary>Who may sign; null for a log of hypercore 10, and until it arrives from peers.</summary>
    public Manifest? Manifest => _core.Manifest;

    /// <summary>Whether <see cref="AppendAsync(ReadOnlyMemory{byte}, Durability, CancellationToken)"/> can work: the
    /// key of the only signer needed is here, and nothing forbids it.</summary>
    public bool IsWritable => _snapshot is null && _core.CanSign && !_core.IsFrozen && !_core.IsDoubtful;

    /// <summary>Whether two different logs of the writer were proven: then nothing is written or taken any more.
    /// </summary>
    public bool IsFrozen => _core.IsFrozen;

    /// <summary>Why the log is frozen: both heads, and who signed them. Null while it is not.</summary>
    public ConflictProof? Conflict => _core.Conflict;

    /// <summary>Whether this own log is closed for writing because a newer head may exist: ask peers, then call
    /// <see cref="ConfirmHeadAsync"/>, or go on in a new incarnation.</summary>
    public bool MustVerifyHead => _core.IsDoubtful;

    /// <summary>Whether this session never changes.</summary>
    public bool IsSnapshot => _snapshot is not null;

    /// <summary>The durable head; of a snapshot the head it was made at.</summary>
    public LogHead Head => _snapshot?.Head ?? _core.Head;

    /// <summary>Durable blocks.</summary>
    public ulong Length => Head.Length;

    /// <summary>Bytes of all durable blocks, without the padding of encryption.</summary>
    public ulong ByteLength => Unpadded(Head);

    /// <summary>How often the log was cut back.</summary>
    public ulong Fork => Head.Fork;

    /// <summary>Blocks 0 to here are all durable and here.</summary>
    public ulong ContiguousLength => Math.Min(_core.ContiguousLength, ReadableLength);

    /// <summary>Blocks that can be read here, with those that <see cref="Durability.Later"/> left for the next
    /// flush.</summary>
    public ulong AppliedLength => _snapshot?.Head.Length ?? _core.AcceptedHead.Length;

    /// <summary>Bytes of the blocks of <see cref="AppliedLength"/>.</summary>
    public ulong AppliedByteLength => Unpadded(_snapshot?.Head ?? _core.AcceptedHead);

    /// <summary>Bytes that every stored block has more than its content: 8 when encrypted.</summary>
    public int Padding => _cipher is null ? 0 : BlockCipher.Padding;

    /// <summary>The log under this session, for the replicator.</summary>
    internal IReplicatedLog Replicated => _core;

    private ulong ReadableLength => _snapshot?.CommonLength ?? ulong.MaxValue;

    /// <summary>Whether a durable block is here.</summary>
    /// <param name="index">Any.</param>
    public bool Has(ulong index) => index < ReadableLength && _core.Has(index);

    /// <summary>The next run of durable blocks that are here.</summary>
    /// <param name="from">Where to look.</param>
    /// <returns>Its first block and length; a length of 0 when there is none.</returns>
    public (ulong Start, ulong Count) NextPresent(ulong from)
    {
        ulong end = Math.Min(ReadableLength, Length);
        return _core.QueryDurable((from, end), static (bits, q) =>
        {
            ulong start = bits.FirstSet(q.from);
            return start >= q.end ? (q.end, 0UL) : (start, Math.Min(q.end, bits.FirstUnset(start)) - start);
        });
    }

    /// <summary>Reads a block.</summary>
    /// <param name="index">Which.</param>
    /// <param name="read">How; by default only what is here.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A copy the caller owns. Null when the block is not here, or is none of this session's head.</returns>
    /// <exception cref="StoreException">The disk refused, or holds other bytes than were written.</exception>
    public ValueTask<byte[]?> GetAsync(
        ulong index, LogRead read = default, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (index >= ReadableLength)
            return new((byte[]?)null);
        bool isPlain = read.Raw || _cipher is null;
        return isPlain && !read.Wait
            ? _core.ReadAppliedAsync(index, cancellationToken)
            : GetSlowAsync(index, read, cancellationToken);
    }

    /// <summary>Finds a byte.</summary>
    /// <param name="byteOffset">From the beginning of the log, without padding.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The block and the offset in it; (length, 0) for the byte behind the end; null beyond, or when nodes on
    /// the way are not here.</returns>
    public async ValueTask<(ulong Index, ulong Offset)?> SeekAsync(
        ulong byteOffset, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        ByteSeekResult found = await ByteSeek.FindAsync(
            _snapshot?.Head ?? _core.AcceptedHead, _core, new SeekRequest(byteOffset, (ulong)Padding),
            cancellationToken);
        return found.IsFound ? (found.Block, found.Offset) : null;
    }

    /// <summary>Makes a proof of the durable state.</summary>
    /// <param name="request">What it shall show.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when that cannot be shown: it is beyond the log, or not here.</returns>
    public async ValueTask<Proof?> ProveAsync(ProofRequest request, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return (await _core.ProveAsync(request, cancellationToken)).Proof;
    }

    /// <summary>Says whether a proof is true of this log, as far as it is known here. Nothing changes.</summary>
    /// <param name="proof">From anybody.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public ValueTask<ProofError> VerifyAsync(Proof proof, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(proof);
        return _core.VerifyAsync(proof, cancellationToken);
    }

    /// <summary>A session that stays at the durable head of now.</summary>
    /// <returns>A session; dispose it. Blocks that are cut off or cleared later are not kept for it: they read as
    /// null, never as the blocks that came in their place.</returns>
    public async ValueTask<Log> SnapshotAsync()
    {
        ThrowIfDisposed();
        await _store.JoinAsync(_core);
        return new Log(this, new LogSnapshot(_core, _snapshot));
    }

    /// <summary>Tells every durable change from now on, in order.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <remarks>A listener that is too slow for the changes that wait misses the oldest; lengths are in each, so
    /// nothing but the kind of what happened is lost.</remarks>
    public async IAsyncEnumerable<LogChange> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        Channel<LogChange> changes = Channel.CreateBounded<LogChange>(
            new BoundedChannelOptions(ChangesWaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });
        void Take(LogChange change) => changes.Writer.TryWrite(change);
        _core.Changed += Take;
        try
        {
            await foreach (LogChange change in changes.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            _core.Changed -= Take;
        }
    }

    /// <summary>A small value that the application keeps beside the log; it is not part of it.</summary>
    /// <param name="name">1 to <see cref="LogLimits.UserDataKeySizeMax"/> UTF-8 bytes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A copy; null when there is none.</returns>
    public async ValueTask<byte[]?> GetUserDataAsync(string name, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return (await _core.ReadUserDataAsync(cancellationToken)).Get(name);
    }

    /// <summary>Ends the session. The last one writes what waits.</summary>
    /// <exception cref="StoreException">The disk refused that; what was not durable is gone.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _snapshot?.Dispose();
        await _store.LeaveAsync(_core);
    }

    private ulong Unpadded(LogHead head) => head.ByteLength - ((ulong)Padding * head.Length);

    private async ValueTask<byte[]?> GetSlowAsync(
        ulong index, LogRead read, CancellationToken cancellationToken)
    {
        byte[]? block = await _core.ReadAppliedAsync(index, cancellationToken);
        while (block is null && read.Wait && index < ReadableLength)
        {
            if (_core.Fetcher is { } fetcher)
                await fetcher.FetchAsync(index, cancellationToken);
            else
                await Task.Delay(Timeout.InfiniteTimeSpan, _store.Time, cancellationToken);
            block = await _core.ReadAppliedAsync(index, cancellationToken);
        }

        return block is null || read.Raw || _cipher is null ? block : _cipher.Decrypt(index, block);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
