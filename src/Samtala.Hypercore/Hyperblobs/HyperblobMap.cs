using Samtala.Encodings;

namespace Samtala.Hypercore.Hyperblobs;

/// <summary>The list of blocks of a blob that shares blocks with others.</summary>
internal static class HyperblobMap
{
    /// <summary>Most blocks of the log that one list takes, as in the reference.</summary>
    public const ulong BlocksMax = 64;

    /// <summary>Most entries of one list: 64 GiB in blocks of 64 KiB. A list of the largest blocks could name hundreds
    /// of millions.</summary>
    public const int EntriesMax = 1 << 20;

    private const int EntrySizeMin = 2;

    /// <summary>Adds the entries of one block of a list.</summary>
    /// <returns>False when the bytes are no list of the version that is understood, or there are too many entries.
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> source, List<(ulong Index, ulong ByteLength)> entries)
    {
        CompactReader reader = new(source);
        if (!reader.TryReadUInt(0, out _) || !reader.TryReadArrayCount(EntrySizeMin, out int count)
            || count > EntriesMax - entries.Count)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt(out ulong index) || !reader.TryReadUInt(out ulong length))
                return false;
            entries.Add((index, length));
        }

        return true;
    }
}
