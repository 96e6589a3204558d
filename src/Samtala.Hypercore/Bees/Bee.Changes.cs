using System.Runtime.CompilerServices;

namespace Samtala.Hypercore.Bees;

/// <summary>Which part of the history, in which order.</summary>
public sealed record BeeHistoryRange
{
    /// <summary>The first block.</summary>
    /// <value>Default 1. Valid 1 and up.</value>
    public ulong From { get; init; } = 1;

    /// <summary>The block after the last.</summary>
    /// <value>Default the version.</value>
    public ulong? To { get; init; }

    /// <summary>Whether the newest comes first.</summary>
    /// <value>Default false.</value>
    public bool Reverse { get; init; }

    /// <summary>How many at most.</summary>
    /// <value>Default no limit. Valid 0 and up.</value>
    public int? Limit { get; init; }

    /// <summary>Whether to wait for more at the end. Not together with <see cref="Reverse"/>.</summary>
    /// <value>Default false.</value>
    public bool Live { get; init; }
}

/// <summary>Two versions between which something changed.</summary>
/// <param name="Current">As it is now.</param>
/// <param name="Previous">As it was when last told. After a truncation it cannot be read any more.</param>
public sealed record BeeChange(Bee Current, Bee Previous);

/// <content>History, differences and watching.</content>
public sealed partial class Bee
{
    /// <summary>What was put and taken away, one entry for each block. In a sub-database, only its own keys.</summary>
    /// <param name="range">Null is everything, oldest first.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="ArgumentException">Live and reverse together, or live in a fixed version.</exception>
    public async IAsyncEnumerable<BeeHistoryEntry> HistoryAsync(
        BeeHistoryRange? range = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        range ??= new BeeHistoryRange();
        if (range.Live && (range.Reverse || IsCheckout))
            throw new ArgumentException("Only the end of the newest version can be waited for.", nameof(range));
        BeeReader reader = Reader();
        ulong first = Math.Max(1, range.From);
        ulong version = Version;
        ulong end = Math.Min(range.To ?? version, version);
        int left = range.Limit ?? int.MaxValue;
        for (ulong i = 0; left > 0 && first + i < end; i++)
        {
            ulong seq = range.Reverse ? end - 1 - i : first + i;
            BeeBlock block = await BlockAsync(reader, seq, cancellationToken).ConfigureAwait(false);
            if (!block.Key.StartsWith(_prefix.Span))
                continue;
            left--;
            yield return new BeeHistoryEntry(block.ToEntry(_prefix.Length), block.IsDeletion());
        }

        if (!range.Live)
            yield break;
        ulong next = Math.Max(first, end);
        await foreach (bool _ in _shared.Log.ChangesAsync(cancellationToken).ConfigureAwait(false))
        {
            for (; left > 0 && next < Math.Min(Version, range.To ?? ulong.MaxValue); next++)
            {
                BeeBlock block = await BlockAsync(Reader(), next, cancellationToken).ConfigureAwait(false);
                if (!block.Key.StartsWith(_prefix.Span))
                    continue;
                left--;
                yield return new BeeHistoryEntry(block.ToEntry(_prefix.Length), block.IsDeletion());
            }

            if (left == 0 || next >= range.To)
                yield break;
        }
    }

    /// <summary>Which keys this version and another have differently, ascending. Parts both have are not read.
    /// </summary>
    /// <param name="otherVersion">At least 1; 1 is the empty bee.</param>
    /// <param name="range">Bounds and limit count, the order does not. Null is everything.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>The left of each difference is this version.</returns>
    public async IAsyncEnumerable<BeeDifference> DiffAsync(
        ulong otherVersion,
        BeeRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        range ??= BeeRange.All;
        BeeDiff diff = new(Reader(), range.Within(_prefix));
        await diff.SeekAsync(Version, Math.Max(1, otherVersion), cancellationToken).ConfigureAwait(false);
        for (int left = range.Limit ?? int.MaxValue; left > 0; left--)
        {
            (BeeBlock? mine, BeeBlock? other) = await diff.NextAsync(cancellationToken).ConfigureAwait(false);
            if (mine is null && other is null)
                yield break;
            yield return new BeeDifference(mine?.ToEntry(_prefix.Length), other?.ToEntry(_prefix.Length));
        }
    }

    /// <summary>Tells whenever something in a range changed. Changes that follow quickly may be told as one.</summary>
    /// <param name="range">Null is everything.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<BeeChange> WatchAsync(
        BeeRange? range = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        range = (range ?? BeeRange.All) with { Limit = null };
        Bee previous = Checkout(Version);
        await foreach (bool _ in _shared.Log.ChangesAsync(cancellationToken).ConfigureAwait(false))
        {
            Bee current = Checkout(Version);
            bool differs = current._checkoutFork != previous._checkoutFork;
            if (!differs && current.Version != previous.Version)
            {
                await foreach (BeeDifference __ in current.DiffAsync(previous.Version, range, cancellationToken)
                    .ConfigureAwait(false))
                {
                    differs = true;
                    break;
                }
            }

            Bee before = previous;
            previous = current;
            if (differs)
                yield return new BeeChange(current, before);
        }
    }

    /// <summary>Tells how a key is, at once and whenever it was put or taken away.</summary>
    /// <param name="key">Must not change while watched.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>Null entries while the key is not there.</returns>
    public async IAsyncEnumerable<BeeEntry?> WatchKeyAsync(
        ReadOnlyMemory<byte> key, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        bool isFirst = true;
        (ulong Seq, ulong Fork) last = default;
        await foreach (bool _ in _shared.Log.ChangesAsync(cancellationToken).ConfigureAwait(false))
        {
            Bee now = Checkout(Version);
            BeeEntry? entry = await now.GetAsync(key, cancellationToken).ConfigureAwait(false);
            (ulong Seq, ulong Fork) current = (entry?.Seq ?? 0, now._checkoutFork);
            if (!isFirst && current == last)
                continue;
            isFirst = false;
            last = current;
            yield return entry;
        }
    }
}
