namespace Samtala.Hypercore.Bees;

/// <summary>One node of the tree as it lies in a block: the blocks of its keys, and where its children lie.</summary>
internal sealed class BeeLevel
{
    private const int KeysTag = 1;
    private const int ChildrenTag = 2;

    private readonly ulong[] _numbers;

    private BeeLevel(ulong[] numbers, int keyCount)
    {
        _numbers = numbers;
        KeyCount = keyCount;
    }

    public int KeyCount { get; }

    /// <summary>0 in a leaf, else one more than there are keys.</summary>
    public int ChildCount => (_numbers.Length - KeyCount) / 2;

    /// <summary>What it costs in memory.</summary>
    public int Cost => 64 + (_numbers.Length * sizeof(ulong));

    public ulong KeySeq(int index) => _numbers[index];

    public ulong ChildSeq(int index) => _numbers[KeyCount + (index * 2)];

    public int ChildOffset(int index) => (int)_numbers[KeyCount + (index * 2) + 1];

    public bool HasKey(ulong seq) => _numbers.AsSpan(0, KeyCount).Contains(seq);

    /// <summary>Reads a node.</summary>
    /// <param name="source">A stranger's bytes.</param>
    /// <param name="seq">The block it lies in; nothing in it may point further.</param>
    /// <param name="problem">Why it was refused.</param>
    public static BeeLevel? TryRead(ReadOnlySpan<byte> source, ulong seq, out string problem)
    {
        problem = "a tree node is cut off.";
        if (!TryCount(source, out int keyCount, out int childNumbers))
            return null;
        if ((childNumbers & 1) != 0 || (childNumbers != 0 && (keyCount == 0 || (childNumbers / 2) != keyCount + 1)))
        {
            problem = $"a tree node has {keyCount} keys and {childNumbers} numbers of children.";
            return null;
        }

        ulong[] numbers = new ulong[keyCount + childNumbers];
        Fill(source, numbers, keyCount);
        BeeLevel level = new(numbers, keyCount);
        problem = level.FindProblem(seq);
        return problem.Length == 0 ? level : null;
    }

    private static bool TryCount(ReadOnlySpan<byte> source, out int keys, out int children)
    {
        keys = children = 0;
        ProtobufReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                return false;
            if (tag is not (KeysTag or ChildrenTag))
            {
                if (!reader.TrySkip(type))
                    return false;
                continue;
            }

            if (type != ProtobufReader.BytesType || !reader.TryReadBytes(out int start, out int length))
                return false;
            int count = 0;
            ProtobufReader packed = new(source.Slice(start, length));
            for (; !packed.IsAtEnd; count++)
            {
                if (!packed.TryReadVarint(out _))
                    return false;
            }

            if (tag == KeysTag)
                keys += count;
            else
                children += count;
        }

        return true;
    }

    private static void Fill(ReadOnlySpan<byte> source, Span<ulong> numbers, int keyCount)
    {
        int key = 0;
        int child = keyCount;
        ProtobufReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            reader.TryReadField(out ulong tag, out int type);
            if (tag is not (KeysTag or ChildrenTag))
            {
                reader.TrySkip(type);
                continue;
            }

            reader.TryReadBytes(out int start, out int length);
            ref int at = ref (tag == KeysTag ? ref key : ref child);
            ProtobufReader packed = new(source.Slice(start, length));
            while (!packed.IsAtEnd)
                packed.TryReadVarint(out numbers[at++]);
        }
    }

    private string FindProblem(ulong seq)
    {
        for (int i = 0; i < KeyCount; i++)
        {
            if (KeySeq(i) - 1 >= seq)
                return $"a tree node names block {KeySeq(i)} as a key; only 1 to {seq} can be.";
        }

        for (int i = 0; i < ChildCount; i++)
        {
            if (ChildSeq(i) - 1 >= seq || _numbers[KeyCount + (i * 2) + 1] >= BeeLimits.NodesPerBlockMax)
                return $"a tree node names a child in block {ChildSeq(i)}; only 1 to {seq} can be.";
        }

        return "";
    }
}
