using System.Numerics;
using System.Runtime.InteropServices;

namespace Samtala.Encodings;

/// <summary>Bits 0 to 2^53 - 1, of which most are alike: which blocks of a log are here, or at a peer.</summary>
/// <remarks>Kept as ascending pages of <see cref="PageBits"/> bits; pages that are all zero take nothing and any run of
/// pages that are all one takes one entry, so a whole log of any length costs 32 bytes. Filled by a stranger it never
/// takes more than the entries allowed by the constructor: what does not fit is ignored and
/// <see cref="IsSaturated"/> says so. Indices at or beyond <see cref="BitsMax"/> are ignored and read as zero. Any
/// number of readers, or one writer.</remarks>
public sealed partial class SparseBitfield
{
    /// <summary>How many bits there are: indices of blocks are safe integers of JavaScript.</summary>
    public const ulong BitsMax = 1UL << 53;

    /// <summary>Bits of one page, 1 KiB of words.</summary>
    public const int PageBits = 1 << PageShift;

    private const int PageShift = 13;
    private const int PageWords = PageBits / 64;
    private const ulong PageMask = PageBits - 1;

    private readonly int _pagesMax;
    private readonly List<Entry> _entries = [];

    // Reads and writes come in runs, so the entry met last is tried first. Racing readers only make it a worse guess.
    private int _hint;

    /// <summary>Creates a field of zeros.</summary>
    /// <param name="pagesMax">The most entries (pages of mixed bits, at about 1,100 bytes, and runs of full pages) to
    /// keep, at least 1.</param>
    public SparseBitfield(int pagesMax = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pagesMax, 1);
        _pagesMax = pagesMax;
    }

    /// <summary>How many bits are one.</summary>
    public ulong Count { get; private set; }

    /// <summary>How many entries are kept now.</summary>
    public int PageCount => _entries.Count;

    /// <summary>Whether a change was ever ignored because it needed more entries than allowed.</summary>
    public bool IsSaturated { get; private set; }

    /// <summary>Reads one bit.</summary>
    /// <param name="index">Any.</param>
    public bool Get(ulong index)
    {
        int i = Find(index >> PageShift);
        if (i < 0)
            return false;
        Page? page = CollectionsMarshal.AsSpan(_entries)[i].Page;
        return page is null || page.Get((int)(index & PageMask));
    }

    /// <summary>Makes one bit 1.</summary>
    /// <param name="index">Below <see cref="BitsMax"/>.</param>
    /// <returns>Whether it was 0 before and is 1 now.</returns>
    public bool Set(ulong index)
    {
        if (index >= BitsMax)
            return false;
        ulong number = index >> PageShift;
        int i = Find(number);
        if (i < 0)
        {
            if (!HasRoomFor(1))
                return false;
            i = ~i;
            _entries.Insert(i, new Entry(number, number, new Page()));
        }

        Page? page = _entries[i].Page;
        if (page is null || !page.Set((int)(index & PageMask)))
            return false;
        Count++;
        _hint = i;
        if (page.Count == PageBits)
            FillEntry(i);
        return true;
    }

    /// <summary>Makes one bit 0.</summary>
    /// <param name="index">Any.</param>
    /// <returns>Whether it was 1 before and is 0 now.</returns>
    public bool Clear(ulong index) => index < BitsMax && ClearRange(index, 1) == 1;

    /// <summary>Makes every bit 0.</summary>
    public void Reset()
    {
        _entries.Clear();
        Count = 0;
        IsSaturated = false;
        _hint = 0;
    }

    /// <returns>The entry that has the page, or the complement of where it would be inserted.</returns>
    private int Find(ulong page)
    {
        Span<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        int low = _hint;
        if ((uint)low < (uint)entries.Length && entries[low].First <= page && page <= entries[low].Last)
            return low;
        low = 0;
        int high = entries.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (entries[middle].Last < page)
            {
                low = middle + 1;
            }
            else if (entries[middle].First > page)
            {
                high = middle - 1;
            }
            else
            {
                _hint = middle;
                return middle;
            }
        }

        return ~low;
    }

    private bool HasRoomFor(int more)
    {
        if (_entries.Count <= _pagesMax - more)
            return true;
        IsSaturated = true;
        return false;
    }

    /// <summary>An entry whose page is all ones becomes a run and joins the runs beside it.</summary>
    private void FillEntry(int i)
    {
        Entry entry = _entries[i] with { Page = null };
        if (i + 1 < _entries.Count && _entries[i + 1] is { Page: null } next && next.First == entry.Last + 1)
        {
            entry = entry with { Last = next.Last };
            _entries.RemoveAt(i + 1);
        }

        if (i > 0 && _entries[i - 1] is { Page: null } before && before.Last + 1 == entry.First)
        {
            entry = entry with { First = before.First };
            _entries.RemoveAt(i--);
        }

        _entries[i] = entry;
        _hint = i;
    }

    /// <summary>Pages <paramref name="First"/> to <paramref name="Last"/>: one of mixed bits, or all ones.</summary>
    private readonly record struct Entry(ulong First, ulong Last, Page? Page)
    {
        public ulong Pages => Last - First + 1;
    }

    private sealed class Page
    {
        public readonly ulong[] Words = new ulong[PageWords];
        public int Count;

        public bool Get(int bit) => (Words[bit >> 6] >> bit & 1) != 0;

        public bool Set(int bit)
        {
            ref ulong word = ref Words[bit >> 6];
            ulong mask = 1UL << bit;
            if ((word & mask) != 0)
                return false;
            word |= mask;
            Count++;
            return true;
        }

        /// <returns>How many bits changed.</returns>
        public int SetRange(int start, int count, bool value)
        {
            int before = Count;
            int end = start + count;
            for (int bit = start; bit < end;)
            {
                int inWord = Math.Min(64 - (bit & 63), end - bit);
                ulong mask = (inWord == 64 ? ulong.MaxValue : (1UL << inWord) - 1) << bit;
                ref ulong word = ref Words[bit >> 6];
                int had = BitOperations.PopCount(word & mask);
                word = value ? word | mask : word & ~mask;
                Count += value ? inWord - had : -had;
                bit += inWord;
            }

            return Math.Abs(Count - before);
        }
    }
}
