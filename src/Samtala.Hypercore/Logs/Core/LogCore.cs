using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Replication;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>One log of the store; every session of it shares this.</summary>
internal sealed partial class LogCore : IForkingLog
{
    private readonly LogEnvironment _environment;
    private readonly LogState _state;
    private readonly LogPages _pages;
    private readonly GroupWriter _writer;
    private readonly LogAppender _appender;
    private readonly LogAcceptor _acceptor;
    private readonly LogReader _reader;
    private readonly LogTrimmer _trimmer;

    /// <summary>The turn to write: one append, accept, truncation or clearing at a time.</summary>
    private readonly Turn _turn = new();

    public LogCore(
        LogEnvironment environment, ulong number, in Hash32 key, (Manifest? Manifest, LogRecord Record) stored)
    {
        _environment = environment;
        Key = key;
        DiscoveryKey = Manifests.Manifest.DiscoveryKey(key);
        Authority = new LogAuthority(key, stored.Manifest);
        _state = new LogState(number, stored.Record);
        _pages = new LogPages(environment, number, _state.Gate);
        _writer = new GroupWriter(environment, _state, _pages) { Changed = Tell };
        _appender = new LogAppender(environment, _state, _pages, _writer);
        _acceptor = new LogAcceptor(environment, _state, _pages, _writer);
        _reader = new LogReader(environment, _state, _pages);
        _trimmer = new LogTrimmer(environment, _state, _pages);
    }

#pragma warning disable MA0046 // No sender: a listener knows its log.
    public event Action<LogChange> Changed = static _ => { };

    /// <summary>Told how many blocks stay, before any other takes their place.</summary>
    public event Action<ulong> Cut = static _ => { };
#pragma warning restore MA0046

    public Hash32 Key { get; }

    public Hash32 DiscoveryKey { get; }

    public Manifest? Manifest => Authority.Manifest;

    /// <summary>Who may sign.</summary>
    public LogAuthority Authority { get; private set; }

    public ulong Number => _state.Number;

    public LogHead Head => Locked(static s => s.Durable);

    public LogHead AcceptedHead => Locked(static s => s.Applied);

    public ulong ContiguousLength => Locked(static s => s.DurableContiguous);

    public bool IsFrozen => Locked(static s => s.Stored.IsFrozen);

    public bool CanSign => _writer.Signer is not null;

    /// <summary>Whether an own head may be older than what peers have.</summary>
    public bool IsDoubtful => CanSign && Locked(static s => s.Stored.Era) != _environment.Era;

    public ForkPolicy ForkPolicy { get; private set; }

    public IBlockFetcher? Fetcher { get; set; }

    /// <summary>How many sessions use this. Changed by the store, under its lock.</summary>
    public int SessionCount { get; set; }

    /// <summary>Reads what the head does not say, and finishes what was left half-way.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        LogRecord record = _state.Stored;
        ulong length = record.Head.Length;
        SparseBitfield loaded = new();
        for (ulong number = BitPage.NumberOf(record.ContiguousLength);
             record.ContiguousLength < length && number <= BitPage.NumberOf(length - 1);
             number++)
        {
            byte[]? value = await _environment.Store.GetAsync(
                LogKeyspaces.Bits, LogKeyspaces.PairKey(Number, number), cancellationToken);
            if (!BitPage.TryLoad(value, number, loaded))
                throw LogErrors.DamagedRecord(LogKeyspaces.Bits.Name, Number);
        }

        // After the pages: below the contiguous length they are not written any more, and may be older.
        loaded.SetRange(0, record.ContiguousLength);
        lock (_state.Gate)
        {
            for (ulong at = loaded.FirstSet(0); at < length; at = loaded.FirstSet(at))
            {
                ulong end = Math.Min(length, loaded.FirstUnset(at));
                _state.SetPresent(at, end - at);
                _state.SetDurable(at, end - at);
                at = end;
            }
        }

        if (_trimmer.IsNeeded)
            await _trimmer.FinishAsync(cancellationToken);
        if (record.IsFrozen)
            await LoadConflictAsync(cancellationToken);
    }

    /// <summary>Takes what a session brings.</summary>
    public void Join(LogOptions options)
    {
        _writer.Signer ??= LogSigner.TryCreate(Authority, options.SecretKey);
        if (options.ForkPolicy == ForkPolicy.None)
            ForkPolicy = ForkPolicy.None;
    }

    public bool Has(ulong index)
    {
        lock (_state.Gate)
            return _state.DurableBits.Get(index);
    }

    public bool HasAccepted(ulong index)
    {
        lock (_state.Gate)
            return _state.Bits.Get(index);
    }

    public TResult QueryDurable<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query)
    {
        lock (_state.Gate)
            return query(_state.DurableBits, state);
    }

    public TResult QueryAccepted<TState, TResult>(TState state, Func<SparseBitfield, TState, TResult> query)
    {
        lock (_state.Gate)
            return query(_state.Bits, state);
    }

    public ValueTask<MerkleNode?> ReadNodeAsync(ulong index, CancellationToken cancellationToken) =>
        _pages.ReadNodeAsync(index, cancellationToken);

    public async ValueTask<ReadOnlyMemory<byte>?> ReadStoredAsync(ulong index, CancellationToken cancellationToken) =>
        // Null alone would convert to empty memory, and an absent block pass for an empty one.
        await _reader.ReadAsync(index, durable: true, cancellationToken) is { } block
            ? block
            : default(ReadOnlyMemory<byte>?);

    /// <summary>A block that was applied, durable or not.</summary>
    public ValueTask<byte[]?> ReadAppliedAsync(ulong index, CancellationToken cancellationToken) =>
        _reader.ReadAsync(index, durable: false, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken);

    private T Locked<T>(Func<LogState, T> read)
    {
        lock (_state.Gate)
            return read(_state);
    }

    private void Tell(LogChange change) => Changed(change);
}
