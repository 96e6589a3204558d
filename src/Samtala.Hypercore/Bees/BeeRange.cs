namespace Samtala.Hypercore.Bees;

/// <summary>Which keys, in which order. Keys are compared byte by byte.</summary>
/// <remarks>The bounds are read while the range is in use; do not change their bytes.</remarks>
public sealed record BeeRange
{
    /// <summary>Everything, in ascending order.</summary>
    public static readonly BeeRange All = new();

    /// <summary>Only keys above this one. Wins over <see cref="AtLeast"/>.</summary>
    /// <value>Default no bound.</value>
    public ReadOnlyMemory<byte>? Above { get; init; }

    /// <summary>Only this key and keys above it.</summary>
    /// <value>Default no bound.</value>
    public ReadOnlyMemory<byte>? AtLeast { get; init; }

    /// <summary>Only keys below this one. Wins over <see cref="AtMost"/>.</summary>
    /// <value>Default no bound.</value>
    public ReadOnlyMemory<byte>? Below { get; init; }

    /// <summary>Only this key and keys below it.</summary>
    /// <value>Default no bound.</value>
    public ReadOnlyMemory<byte>? AtMost { get; init; }

    /// <summary>Whether the largest key comes first.</summary>
    /// <value>Default false.</value>
    public bool Reverse { get; init; }

    /// <summary>How many entries at most.</summary>
    /// <value>Default no limit. Valid 0 and up.</value>
    public int? Limit { get; init; }

    /// <summary>Every key that begins with some bytes.</summary>
    /// <param name="prefix">Copied.</param>
    public static BeeRange Prefix(ReadOnlySpan<byte> prefix) =>
        new() { AtLeast = prefix.ToArray(), Below = After(prefix) };

    /// <summary>The first key that does not begin with some bytes; null when there is none.</summary>
    internal static ReadOnlyMemory<byte>? After(ReadOnlySpan<byte> prefix)
    {
        int last = prefix.LastIndexOfAnyExcept((byte)0xff);
        if (last < 0)
            return null;
        byte[] after = prefix[..(last + 1)].ToArray();
        after[last]++;
        return after;
    }

    /// <summary>The same range in the whole keys of a bee.</summary>
    internal BeeBounds Within(ReadOnlyMemory<byte> prefix)
    {
        ReadOnlyMemory<byte>? low = Above ?? AtLeast;
        ReadOnlyMemory<byte>? high = Below ?? AtMost;
        if (prefix.IsEmpty)
            return new BeeBounds(low, Above is null, high, Below is null);
        return new BeeBounds(
            low is { } least ? Join(prefix, least) : prefix,
            low is null || Above is null,
            high is { } most ? Join(prefix, most) : After(prefix.Span),
            high is not null && Below is null);
    }

    private static byte[] Join(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> key) =>
        [.. prefix.Span, .. key.Span];
}

/// <summary>Both ends of a range in whole keys; null is no bound.</summary>
internal readonly record struct BeeBounds(
    ReadOnlyMemory<byte>? Low, bool LowIncluded, ReadOnlyMemory<byte>? High, bool HighIncluded)
{
    public bool IsAboveLow(ReadOnlySpan<byte> key)
    {
        if (Low is not { } low)
            return true;
        int order = key.SequenceCompareTo(low.Span);
        return LowIncluded ? order >= 0 : order > 0;
    }

    public bool IsBelowHigh(ReadOnlySpan<byte> key)
    {
        if (High is not { } high)
            return true;
        int order = key.SequenceCompareTo(high.Span);
        return HighIncluded ? order <= 0 : order < 0;
    }
}
