namespace Samtala.Hypercore.Bees;

/// <summary>One block of the log: a key, a value unless it was deleted, and tree nodes that changed with it.</summary>
/// <remarks>Immutable but for tree nodes read on first use; any thread.</remarks>
internal sealed class BeeBlock
{
    private const int IndexTag = 1;
    private const int KeyTag = 2;
    private const int ValueTag = 3;
    private const int LevelTag = 1;
    private const int FixedCost = 144;

    private readonly byte[] _bytes;
    private readonly Piece _index;
    private readonly Piece _key;
    private readonly Piece _value;
    private Piece[]? _pieces;
    private BeeLevel?[]? _levels;

    private BeeBlock(ulong seq, byte[] bytes, Piece index, Piece key, Piece value)
    {
        Seq = seq;
        _bytes = bytes;
        _index = index;
        _key = key;
        _value = value;
    }

    public ulong Seq { get; }

    public bool HasValue => _value.Length >= 0;

    public ReadOnlySpan<byte> Key => _bytes.AsSpan(_key.Start, _key.Length);

    public ReadOnlyMemory<byte> KeyMemory => _bytes.AsMemory(_key.Start, _key.Length);

    public ReadOnlyMemory<byte>? Value =>
        HasValue ? _bytes.AsMemory(_value.Start, _value.Length) : (ReadOnlyMemory<byte>?)null;

    /// <summary>What it costs in memory, about; nodes read later are guessed from their bytes.</summary>
    public int Cost => FixedCost + _bytes.Length + (_index.Length * 2);

    /// <summary>Reads a block.</summary>
    /// <param name="seq">Its number in the log.</param>
    /// <param name="bytes">A stranger's; kept, not copied.</param>
    /// <param name="problem">Why it was refused.</param>
    public static BeeBlock? TryRead(ulong seq, byte[] bytes, out string problem)
    {
        Piece index = Piece.Absent;
        Piece key = Piece.Absent;
        Piece value = Piece.Absent;
        problem = "its fields are cut off.";
        if (bytes.Length > BeeLimits.BlockSizeMax)
        {
            problem = $"it has {bytes.Length} bytes; at most {BeeLimits.BlockSizeMax} are read.";
            return null;
        }

        ProtobufReader reader = new(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                return null;
            if (tag is not (IndexTag or KeyTag or ValueTag))
            {
                if (!reader.TrySkip(type))
                    return null;
                continue;
            }

            if (type != ProtobufReader.BytesType || !reader.TryReadBytes(out int start, out int length))
                return null;
            ref Piece piece = ref index;
            if (tag == KeyTag)
                piece = ref key;
            else if (tag == ValueTag)
                piece = ref value;
            piece = new Piece(start, length);
        }

        problem = "it has no key or no tree node.";
        return index.Length < 0 || key.Length < 0 ? null : new BeeBlock(seq, bytes, index, key, value);
    }

    /// <summary>Whether this block took its key away: it has no value, and its own nodes do not name it.</summary>
    /// <exception cref="BeeCorruptException">The nodes cannot be read.</exception>
    public bool IsDeletion()
    {
        if (HasValue)
            return false;
        for (int i = 0; i < LevelCount(); i++)
        {
            if (Level(i).HasKey(Seq))
                return false;
        }

        return true;
    }

    /// <summary>One of the tree nodes in this block.</summary>
    /// <exception cref="BeeCorruptException">There is none, or it cannot be read.</exception>
    public BeeLevel Level(int offset)
    {
        if (offset >= LevelCount())
            throw new BeeCorruptException(Seq, $"it has {LevelCount()} tree nodes, and number {offset} is needed.");
        BeeLevel? level = Volatile.Read(ref _levels![offset]);
        if (level is not null)
            return level;
        Piece piece = _pieces![offset];
        level = BeeLevel.TryRead(_bytes.AsSpan(piece.Start, piece.Length), Seq, out string problem)
            ?? throw new BeeCorruptException(Seq, problem);
        Volatile.Write(ref _levels[offset], level);
        return level;
    }

    public BeeEntry ToEntry(int prefixSize) => new(Seq, KeyMemory[prefixSize..], Value);

    private int LevelCount()
    {
        Piece[] pieces = Volatile.Read(ref _pieces) ?? FindPieces();
        return pieces.Length;
    }

    private Piece[] FindPieces()
    {
        List<Piece> pieces = new(8);
        ProtobufReader reader = new(_bytes.AsSpan(_index.Start, _index.Length));
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                throw new BeeCorruptException(Seq, "its tree nodes are cut off.");
            if (tag != LevelTag)
            {
                if (!reader.TrySkip(type))
                    throw new BeeCorruptException(Seq, "its tree nodes are cut off.");
                continue;
            }

            if (type != ProtobufReader.BytesType || !reader.TryReadBytes(out int start, out int length))
                throw new BeeCorruptException(Seq, "its tree nodes are cut off.");
            if (pieces.Count == BeeLimits.NodesPerBlockMax)
                throw new BeeCorruptException(Seq, $"it has more than {BeeLimits.NodesPerBlockMax} tree nodes.");
            pieces.Add(new Piece(_index.Start + start, length));
        }

        // The order matters to other threads: whoever sees the pieces also sees the places of the nodes.
        Interlocked.CompareExchange(ref _levels, new BeeLevel?[pieces.Count], null);
        Volatile.Write(ref _pieces, [.. pieces]);
        return _pieces!;
    }

    private readonly record struct Piece(int Start, int Length)
    {
        public static readonly Piece Absent = new(0, -1);
    }
}
