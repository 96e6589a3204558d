namespace Samtala.Hypercore.Replication;

/// <summary>What a request asked for.</summary>
internal enum RequestKind : byte
{
    Free,
    Block,
    Hash,
    Upgrade,
    Manifest,
    ReorgHead,
    ReorgStep,
}

/// <summary>One unanswered request.</summary>
internal struct InFlightRequest
{
    public RequestKind Kind;

    /// <summary>Whether an upgrade rides on the request.</summary>
    public bool HasUpgrade;

    public bool HasManifest;

    /// <summary>Whether the hashes asked for suffice only if the requests before are answered first.</summary>
    public bool IsChained;

    public byte Priority;

    /// <summary>The block, or the tree node of a hash request.</summary>
    public ulong Index;

    public ulong Fork;

    /// <summary>Timestamp of the clock.</summary>
    public long SentAt;
}

/// <summary>The unanswered requests to one peer, in slots that are used again and again: nothing is allocated per
/// block. An id carries a generation, so that a late answer to a cancelled request is not taken for another's.
/// </summary>
internal sealed class InFlightRequests
{
    private const int GenerationBits = 4;
    private const int SlotsMin = 32;

    private InFlightRequest[] _slots = new InFlightRequest[SlotsMin];
    private byte[] _generations = new byte[SlotsMin];

    // Free slots in the order they became free: the longer a slot rests, the later its id is used again.
    private Queue<int> _free = new(Enumerable.Range(0, SlotsMin));

    public int Count { get; private set; }

    /// <summary>How many slots there are; positions below it may be read with <see cref="At"/>.</summary>
    public int Capacity => _slots.Length;

    public ref InFlightRequest At(int position) => ref _slots[position];

    /// <summary>Takes a slot.</summary>
    /// <returns>The id, at least 1; 0 when every slot is taken.</returns>
    public ulong Add(in InFlightRequest request)
    {
        if (!_free.TryDequeue(out int position))
        {
            if (_slots.Length == ReplicationLimits.RequestSlotsMax)
                return 0;
            Grow();
            position = _free.Dequeue();
        }

        _slots[position] = request;
        Count++;
        return IdOf(position);
    }

    /// <returns>The position, or -1 when no such request is in flight.</returns>
    public int Find(ulong id)
    {
        if (id == 0)
            return -1;
        ulong position = (id - 1) % ReplicationLimits.RequestSlotsMax;
        return position < (ulong)_slots.Length && _slots[position].Kind != RequestKind.Free
            && IdOf((int)position) == id
            ? (int)position
            : -1;
    }

    /// <summary>The blocks that are owed; a copy.</summary>
    public HashSet<ulong> Blocks() =>
        [.. _slots.Where(static slot => slot.Kind == RequestKind.Block).Select(static slot => slot.Index)];

    public ulong IdOf(int position) =>
        ((ulong)_generations[position] * ReplicationLimits.RequestSlotsMax) + (ulong)position + 1;

    public void Remove(int position)
    {
        _slots[position] = default;
        _generations[position] = (byte)((_generations[position] + 1) & ((1 << GenerationBits) - 1));
        _free.Enqueue(position);
        Count--;
    }

    private void Grow()
    {
        int before = _slots.Length;
        Array.Resize(ref _slots, before * 2);
        Array.Resize(ref _generations, before * 2);
        _free = new Queue<int>(Enumerable.Range(before, before));
    }
}
