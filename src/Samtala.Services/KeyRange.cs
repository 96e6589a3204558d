namespace Samtala.Services;

/// <summary>Ranges of keys in byte order.</summary>
internal static class KeyRange
{
    /// <summary>The first key after all that begin with <paramref name="prefix"/>; empty when there is none.</summary>
    public static byte[] EndOf(ReadOnlySpan<byte> prefix)
    {
        var last = prefix.LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
            return [];
        var end = prefix[..(last + 1)].ToArray();
        end[last]++;
        return end;
    }
}
