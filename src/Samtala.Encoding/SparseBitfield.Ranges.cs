namespace Samtala.Encodings;

/// <content>Changing many bits at once, in time of the entries met, not of the bits.</content>
public sealed partial class SparseBitfield
{
    /// <summary>Makes a range of bits 1.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many; what lies beyond <see cref="BitsMax"/> is ignored.</param>
    /// <returns>How many bits changed.</returns>
    public ulong SetRange(ulong start, ulong length) => ChangeRange(start, length, value: true);

    /// <summary>Makes a range of bits 0.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many; what lies beyond <see cref="BitsMax"/> is ignored.</param>
    /// <returns>How many bits changed.</returns>
    public ulong ClearRange(ulong start, ulong length) => ChangeRange(start, length, value: false);

    private ulong ChangeRange(ulong start, ulong length, bool value)
    {
        if (start >= BitsMax || length == 0)
            return 0;
        ulong end = length > BitsMax - start ? BitsMax : start + length;
        ulong before = Count;
        ulong firstWhole = (start + PageMask) >> PageShift;
        ulong endWhole = end >> PageShift;
        if (firstWhole > endWhole)
        {
            ChangeInPage(start, end, value);
        }
        else
        {
            ChangeInPage(start, firstWhole << PageShift, value);
            if (firstWhole < endWhole)
                ReplacePages(firstWhole, endWhole - 1, value);
            ChangeInPage(endWhole << PageShift, end, value);
        }

        return value ? Count - before : before - Count;
    }

    /// <summary>Changes bits of one page.</summary>
    private void ChangeInPage(ulong start, ulong end, bool value)
    {
        if (start >= end)
            return;
        ulong number = start >> PageShift;
        int i = Find(number);
        if (i < 0 ? !value : value && _entries[i].Page is null)
            return;
        if (!TryOpenPage(ref i, number))
            return;
        Page page = _entries[i].Page!;
        int changed = page.SetRange((int)(start & PageMask), (int)(end - start), value);
        Count = value ? Count + (ulong)changed : Count - (ulong)changed;
        if (page.Count == PageBits)
            FillEntry(i);
        else if (page.Count == 0)
            _entries.RemoveAt(i);
    }

    /// <summary>Sees to it that a page is there by itself, so that single bits of it can change.</summary>
    /// <param name="i">What <see cref="Find"/> said; becomes the place of the page.</param>
    /// <param name="number">The page.</param>
    /// <returns>False when there is no room for it.</returns>
    private bool TryOpenPage(ref int i, ulong number)
    {
        if (i >= 0)
            return _entries[i].Page is not null || TryCutOut(ref i, number);
        if (!HasRoomFor(1))
            return false;
        i = ~i;
        _entries.Insert(i, new Entry(number, number, new Page()));
        return true;
    }

    /// <summary>Makes one page of a run a page of its own.</summary>
    private bool TryCutOut(ref int i, ulong number)
    {
        Entry run = _entries[i];
        int more = (run.First < number ? 1 : 0) + (run.Last > number ? 1 : 0);
        if (!HasRoomFor(more))
            return false;
        Page page = new() { Count = PageBits };
        page.Words.AsSpan().Fill(ulong.MaxValue);
        _entries[i] = new Entry(number, number, page);
        if (run.Last > number)
            _entries.Insert(i + 1, run with { First = number + 1 });
        if (run.First < number)
            _entries.Insert(i++, run with { Last = number - 1 });
        return true;
    }

    /// <summary>Makes whole pages all ones or all zeros.</summary>
    private void ReplacePages(ulong first, ulong last, bool value)
    {
        int from = Find(first);
        if (from >= 0 && value && _entries[from] is { Page: null } whole && whole.Last >= last)
            return;
        from = from < 0 ? ~from : from;
        int to = Find(last);
        to = to < 0 ? ~to : to + 1;
        Entry? left = from < to && _entries[from].First < first ? _entries[from] with { Last = first - 1 } : null;
        Entry? right = from < to && _entries[to - 1].Last > last ? _entries[to - 1] with { First = last + 1 } : null;
        int kept = (left is null ? 0 : 1) + (right is null ? 0 : 1) + (value ? 1 : 0);
        if (kept > to - from && !HasRoomFor(kept - (to - from)))
            return;
        for (int i = from; i < to; i++)
            Count -= BitsOf(_entries[i]);
        _entries.RemoveRange(from, to - from);
        Count += (left is { } l ? BitsOf(l) : 0) + (right is { } r ? BitsOf(r) : 0);
        if (right is { } after)
            _entries.Insert(from, after);
        if (left is { } before)
            _entries.Insert(from++, before);
        if (!value)
            return;
        Count += (last - first + 1) << PageShift;
        _entries.Insert(from, new Entry(first, last, null));
        FillEntry(from);
    }

    private static ulong BitsOf(in Entry entry) =>
        entry.Page is { } page ? (ulong)page.Count : entry.Pages << PageShift;
}
