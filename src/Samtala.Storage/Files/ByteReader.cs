using System.Buffers.Binary;
using System.Text;

namespace Samtala.Storage.Files;

/// <summary>Takes values off bytes that may be anything. The first value that does not fit ends the reading: what comes
/// after is zero or empty, and <see cref="Problem"/> says what and where.</summary>
/// <param name="bytes">Read in place.</param>
/// <param name="start">Where they begin in their file, for <see cref="Problem"/>.</param>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, int start = 0)
{
    private readonly int _start = start;
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Null while everything fits.</summary>
    public string? Problem { get; private set; }

    public int Offset { get; private set; }

    public readonly int Remaining => _bytes.Length - Offset;

    public uint ReadUInt32() => TryTake(sizeof(uint), out var b) ? BinaryPrimitives.ReadUInt32LittleEndian(b) : 0;

    public int ReadInt32() => (int)ReadUInt32();

    public ulong ReadUInt64() => TryTake(sizeof(ulong), out var b) ? BinaryPrimitives.ReadUInt64LittleEndian(b) : 0;

    /// <summary>Fails on values outside 0 to <paramref name="max"/>.</summary>
    public long ReadInt64(long max)
    {
        var at = Offset;
        var value = (long)ReadUInt64();
        if (value >= 0 && value <= max)
            return value;
        Fail(at, $"the number {value} is none of 0 to {max}");
        return 0;
    }

    /// <summary>A count of things that take at least <paramref name="sizeMin"/> bytes each: no more than fit.</summary>
    public int ReadCount(int sizeMin)
    {
        var at = Offset;
        var count = ReadInt32();
        if (count >= 0 && count <= Remaining / sizeMin)
            return count;
        Fail(at, $"{count} things are announced and {Remaining} bytes are left");
        return 0;
    }

    public Guid ReadGuid() => TryTake(16, out var b) ? new Guid(b) : default;

    /// <summary>A length of four bytes and that many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int min, int max)
    {
        var at = Offset;
        var length = ReadInt32();
        if (length >= min && length <= max && TryTake(length, out var taken))
            return taken;
        Fail(at, $"a length of {length} does not fit");
        return default;
    }

    /// <summary>A length of one byte and that many ASCII characters.</summary>
    public string ReadName(int max)
    {
        var at = Offset;
        if (TryTake(1, out var length) && length[0] > 0 && length[0] <= max && TryTake(length[0], out var taken)
            && Ascii.IsValid(taken))
        {
            return Encoding.ASCII.GetString(taken);
        }

        Fail(at, "a name is none");
        return "";
    }

    public void Fail(int offset, string problem) => Problem ??= $"{problem} (at byte {_start + offset})";

    private bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (Problem is not null || count < 0 || count > Remaining)
        {
            Fail(Offset, "the file ends early");
            return false;
        }

        taken = _bytes.Slice(Offset, count);
        Offset += count;
        return true;
    }
}
