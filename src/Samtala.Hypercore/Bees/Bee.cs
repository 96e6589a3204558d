using System.Runtime.CompilerServices;
using System.Text;
using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Bees;

/// <summary>Sorted keys with values in a log: a Hyperbee, the same blocks as the JavaScript package writes and reads.
/// Source: docs/hyperbee.md.</summary>
/// <remarks>
/// A view, cheap to make and to forget; the log stays the caller's. Any thread may read; writers wait for each other as
/// long as all of them come from the same bee. Keys and values are any bytes and compare byte by byte.
/// Reading throws <see cref="BeeCorruptException"/> when the writer of the log wrote something else than a bee,
/// <see cref="BlockMissingException"/> when a block is not here and no peer has it, and InvalidOperationException
/// when the log was truncated meanwhile.
/// </remarks>
public sealed partial class Bee
{
    private readonly BeeShared _shared;
    private readonly ReadOnlyMemory<byte> _prefix;
    private readonly ulong _checkout;
    private readonly ulong _checkoutFork;

    /// <summary>Reads and writes a log as a bee; nothing is read yet.</summary>
    /// <param name="log">Owned by the caller; must outlive this. Make one bee for each log and share it: bees made
    /// apart do not wait for each other's writes.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Bee(Log log, BeeOptions? options = null)
        : this(new LogBlocks(log ?? throw new ArgumentNullException(nameof(log))), options)
    {
    }

    internal Bee(IBeeLog log, BeeOptions? options)
        : this(new BeeShared(log, options ?? new BeeOptions()), default, 0, 0)
    {
    }

    private Bee(BeeShared shared, ReadOnlyMemory<byte> prefix, ulong checkout, ulong checkoutFork)
    {
        _shared = shared;
        _prefix = prefix;
        _checkout = checkout;
        _checkoutFork = checkoutFork;
    }

    /// <summary>The length of the log this view reads, at least 1.</summary>
    public ulong Version => Math.Max(1, _checkout == 0 ? _shared.Log.Length : _checkout);

    /// <summary>Whether this is a fixed version, which cannot be written.</summary>
    public bool IsCheckout => _checkout != 0;

    /// <summary>Reads a key.</summary>
    /// <param name="key">Read during the call; must not change until it completes.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <returns>Null when the key is not there.</returns>
    public async ValueTask<BeeEntry?> GetAsync(
        ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        BeeReader reader = Reader();
        ReadOnlyMemory<byte> whole = _prefix.IsEmpty ? key : Whole(key.Span);
        BeeBlock? block = await reader.FindAsync(Version, whole, cancellationToken).ConfigureAwait(false);
        return block?.ToEntry(_prefix.Length);
    }

    /// <summary>Reads a key given as text.</summary>
    /// <param name="key">Becomes UTF-8.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <returns>Null when the key is not there.</returns>
    public ValueTask<BeeEntry?> GetAsync(string key, CancellationToken cancellationToken = default) =>
        GetAsync(Encoding.UTF8.GetBytes(key), cancellationToken);

    /// <summary>Reads what one block put or took away.</summary>
    /// <param name="seq">1 to <see cref="Version"/> - 1.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block in this version.</exception>
    public async ValueTask<BeeHistoryEntry> GetBySeqAsync(ulong seq, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(seq);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(seq, Version);
        BeeBlock block = await BlockAsync(Reader(), seq, cancellationToken).ConfigureAwait(false);
        int prefixSize = block.Key.StartsWith(_prefix.Span) ? _prefix.Length : 0;
        return new BeeHistoryEntry(block.ToEntry(prefixSize), block.IsDeletion());
    }

    /// <summary>The entries of a range in order, of the version the bee has when the walk begins.</summary>
    /// <param name="range">Null is everything.</param>
    /// <param name="cancellationToken">Ends the walk, also while it waits for peers.</param>
    public async IAsyncEnumerable<BeeEntry> RangeAsync(
        BeeRange? range = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        range ??= BeeRange.All;
        int left = range.Limit ?? int.MaxValue;
        if (left <= 0)
            yield break;
        using CancellationTokenSource stopping =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        BeeReader reader = Reader();
        BeeBounds bounds = range.Within(_prefix);

        // A walk of a few entries would ask for much that it never reads.
        BeeReadAhead? ahead = range.Limit is < BeeLimits.KeysPerNodeMax
            ? null
            : new BeeReadAhead(reader, bounds, range.Reverse, stopping.Token);
        BeeCursor cursor = new(reader, bounds, range.Reverse, ahead);
        try
        {
            await cursor.SeekAsync(Version, cancellationToken).ConfigureAwait(false);
            while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return cursor.Current.ToEntry(_prefix.Length);
                if (--left == 0)
                    yield break;
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The first entry of a range, or the last when it is reversed.</summary>
    /// <param name="range">Null is everything.</param>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <returns>Null when the range is empty.</returns>
    public async ValueTask<BeeEntry?> PeekAsync(
        BeeRange? range = null, CancellationToken cancellationToken = default)
    {
        await foreach (BeeEntry entry in RangeAsync((range ?? BeeRange.All) with { Limit = 1 }, cancellationToken)
            .ConfigureAwait(false))
        {
            return entry;
        }

        return null;
    }

    /// <summary>A part of the bee whose keys all begin with a name and a zero byte, which its own keys leave out.
    /// </summary>
    /// <param name="name">Copied. The reference's separator, one zero byte, follows it.</param>
    public Bee Sub(ReadOnlySpan<byte> name) =>
        new(_shared, (byte[])[.. _prefix.Span, .. name, 0], _checkout, _checkoutFork);

    /// <summary>A part of the bee under a name given as text.</summary>
    /// <param name="name">Becomes UTF-8.</param>
    public Bee Sub(string name) => Sub(Encoding.UTF8.GetBytes(name));

    /// <summary>The bee as it was when the log had some length.</summary>
    /// <param name="version">At least 1; 1 is the empty bee. More than the log has waits for peers when it is read.
    /// </param>
    public Bee Checkout(ulong version) => new(_shared, _prefix, Math.Max(1, version), _shared.Log.Fork);

    /// <summary>The bee as it is now, unmoved by later writes.</summary>
    public Bee Snapshot() => IsCheckout ? this : Checkout(Version);

    /// <summary>Reads the first block.</summary>
    /// <param name="cancellationToken">Gives up waiting for peers.</param>
    /// <returns>Null when the log is empty.</returns>
    /// <exception cref="BeeCorruptException">It is no header.</exception>
    public async ValueTask<BeeHeader?> GetHeaderAsync(CancellationToken cancellationToken = default)
    {
        if (_shared.Log.Length == 0)
            return null;
        byte[] bytes = await _shared.Log.ReadAsync(0, cancellationToken).ConfigureAwait(false)
            ?? throw new BlockMissingException(0);
        return BeeHeader.TryRead(bytes, out BeeHeader? header)
            ? header
            : throw new BeeCorruptException(0, "it is no header.");
    }

    private static ValueTask<BeeBlock> BlockAsync(BeeReader reader, ulong seq, CancellationToken cancellationToken) =>
        reader.TryGet(seq, out BeeBlock? block) ? new(block) : reader.LoadAsync(seq, cancellationToken);

    private byte[] Whole(ReadOnlySpan<byte> key) => [.. _prefix.Span, .. key];

    private BeeReader Reader()
    {
        BeeReader reader = _shared.Reader;
        if (IsCheckout && reader.Fork != _checkoutFork)
        {
            throw new InvalidOperationException(
                $"The log was truncated since version {_checkout} was taken. Take a version again.");
        }

        return reader;
    }
}
