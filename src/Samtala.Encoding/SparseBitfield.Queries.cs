using System.Numerics;

namespace Samtala.Encodings;

/// <content>Run queries: all take time of the entries met, not of the bits.</content>
public sealed partial class SparseBitfield
{
    /// <summary>The first 1 at or after an index.</summary>
    /// <param name="from">Where to begin.</param>
    /// <returns>Its index, or <see cref="BitsMax"/> when there is none.</returns>
    public ulong FirstSet(ulong from)
    {
        if (from >= BitsMax)
            return BitsMax;
        int i = Find(from >> PageShift);
        for (i = i < 0 ? ~i : i; i < _entries.Count; i++)
        {
            Entry entry = _entries[i];
            ulong begin = Math.Max(from, entry.First << PageShift);
            if (entry.Page is not { } page)
                return begin;
            int bit = Next(page.Words, (int)(begin & PageMask), flip: 0);
            if (bit < PageBits)
                return (entry.First << PageShift) + (ulong)bit;
        }

        return BitsMax;
    }

    /// <summary>The first 0 at or after an index.</summary>
    /// <param name="from">Where to begin.</param>
    /// <returns>Its index, or <see cref="BitsMax"/> when there is none.</returns>
    public ulong FirstUnset(ulong from)
    {
        if (from >= BitsMax)
            return BitsMax;
        int i = Find(from >> PageShift);
        for (; i >= 0 && i < _entries.Count; i++)
        {
            Entry entry = _entries[i];
            if (entry.First > from >> PageShift)
                return from;
            if (entry.Page is { } page)
            {
                int bit = Next(page.Words, (int)(from & PageMask), flip: ulong.MaxValue);
                if (bit < PageBits)
                    return (entry.First << PageShift) + (ulong)bit;
            }

            from = (entry.Last + 1) << PageShift;
        }

        return Math.Min(from, BitsMax);
    }

    /// <summary>The last 1 at or before an index.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="index">Its index; 0 when there is none.</param>
    /// <returns>False when there is none.</returns>
    public bool TryLastSet(ulong from, out ulong index)
    {
        from = Math.Min(from, BitsMax - 1);
        int i = Find(from >> PageShift);
        for (i = i < 0 ? ~i - 1 : i; i >= 0; i--)
        {
            Entry entry = _entries[i];
            index = Math.Min(from, (entry.Last << PageShift) | PageMask);
            if (entry.Page is not { } page)
                return true;
            int bit = Previous(page.Words, (int)(index & PageMask), flip: 0);
            if (bit >= 0)
            {
                index = (entry.First << PageShift) + (ulong)bit;
                return true;
            }
        }

        index = 0;
        return false;
    }

    /// <summary>The last 0 at or before an index.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="index">Its index; 0 when there is none.</param>
    /// <returns>False when there is none.</returns>
    public bool TryLastUnset(ulong from, out ulong index)
    {
        index = Math.Min(from, BitsMax - 1);
        while (true)
        {
            int i = Find(index >> PageShift);
            if (i < 0)
                return true;
            Entry entry = _entries[i];
            int bit = entry.Page is { } page ? Previous(page.Words, (int)(index & PageMask), ulong.MaxValue) : -1;
            index = entry.First << PageShift;
            if (bit >= 0)
            {
                index += (ulong)bit;
                return true;
            }

            if (index == 0)
                return false;
            index--;
        }
    }

    /// <summary>How many bits of a range are 1.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many.</param>
    public ulong CountSet(ulong start, ulong length)
    {
        if (start >= BitsMax || length == 0)
            return 0;
        ulong last = length > BitsMax - start ? BitsMax - 1 : start + length - 1;
        ulong count = 0;
        int i = Find(start >> PageShift);
        for (i = i < 0 ? ~i : i; i < _entries.Count && _entries[i].First <= last >> PageShift; i++)
        {
            Entry entry = _entries[i];
            ulong begin = Math.Max(start, entry.First << PageShift);
            ulong end = Math.Min(last, (entry.Last << PageShift) | PageMask) + 1;
            count += entry.Page is { } page
                ? (ulong)CountIn(page.Words, (int)(begin & PageMask), (int)(end - begin))
                : end - begin;
        }

        return count;
    }

    /// <summary>Whether every bit of a range is 1; true for an empty range.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many.</param>
    public bool IsSet(ulong start, ulong length) =>
        length == 0 || (start < BitsMax && length <= BitsMax - start && FirstUnset(start) >= start + length);

    /// <summary>The first index that is 1 here and 0 in another field.</summary>
    /// <param name="except">The other field.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="end">Where to stop, exclusive.</param>
    /// <returns>Its index, or <see cref="BitsMax"/> when there is none.</returns>
    public ulong FirstSetExcept(SparseBitfield except, ulong from, ulong end)
    {
        end = Math.Min(end, BitsMax);
        while ((from = FirstSet(from)) < end)
        {
            // Runs first; where both pages are mixed their words are compared, so that no pattern costs a step per bit.
            ulong free = except.FirstUnset(from);
            if (free == from)
                return from;
            from = free;
            if (from >= end)
                break;
            int mine = Find(from >> PageShift);
            int theirs = except.Find(from >> PageShift);
            if (mine < 0 || theirs < 0 || _entries[mine].Page is not { } page
                || except._entries[theirs].Page is not { } other)
            {
                continue;
            }

            int bit = NextExcept(page.Words, other.Words, (int)(from & PageMask));
            from = (from & ~PageMask) + (ulong)bit;
            if (bit < PageBits)
                return from < end ? from : BitsMax;
        }

        return BitsMax;
    }

    private static int Next(ulong[] words, int bit, ulong flip)
    {
        int w = bit >> 6;
        ulong word = (words[w] ^ flip) & (ulong.MaxValue << bit);
        while (word == 0)
        {
            if (++w == words.Length)
                return PageBits;
            word = words[w] ^ flip;
        }

        return (w << 6) + BitOperations.TrailingZeroCount(word);
    }

    private static int NextExcept(ulong[] words, ulong[] except, int bit)
    {
        int w = bit >> 6;
        ulong word = words[w] & ~except[w] & (ulong.MaxValue << bit);
        while (word == 0)
        {
            if (++w == words.Length)
                return PageBits;
            word = words[w] & ~except[w];
        }

        return (w << 6) + BitOperations.TrailingZeroCount(word);
    }

    private static int Previous(ulong[] words, int bit, ulong flip)
    {
        int w = bit >> 6;
        ulong word = (words[w] ^ flip) & (ulong.MaxValue >> (63 - (bit & 63)));
        while (word == 0)
        {
            if (--w < 0)
                return -1;
            word = words[w] ^ flip;
        }

        return (w << 6) + 63 - BitOperations.LeadingZeroCount(word);
    }

    private static int CountIn(ulong[] words, int start, int length)
    {
        int count = 0;
        int end = start + length;
        for (int bit = start; bit < end;)
        {
            int inWord = Math.Min(64 - (bit & 63), end - bit);
            ulong mask = (inWord == 64 ? ulong.MaxValue : (1UL << inWord) - 1) << bit;
            count += BitOperations.PopCount(words[bit >> 6] & mask);
            bit += inWord;
        }

        return count;
    }
}
