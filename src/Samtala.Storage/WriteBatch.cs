namespace Samtala.Storage;

/// <summary>Operations that take effect together or not at all. Not thread-safe.</summary>
/// <remarks>Keys and values are copied when added. Expectations are checked against the state before the
/// batch.</remarks>
public sealed class WriteBatch
{
    private readonly List<WriteOperation> _operations = [];

    /// <summary>What was added, in order; for those who implement <see cref="IStore"/>. Owned by the batch.</summary>
    public IReadOnlyList<WriteOperation> Operations => _operations;

    /// <summary>Whether nothing was added.</summary>
    public bool IsEmpty => _operations.Count == 0;

    /// <summary>Sets a key.</summary>
    /// <param name="keyspace">Where.</param>
    /// <param name="key">1 to <see cref="StoreLimits.KeySizeMax"/> bytes.</param>
    /// <param name="value">0 to <see cref="StoreLimits.ValueSizeMax"/> bytes.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public WriteBatch Put(Keyspace keyspace, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Add(WriteKind.Put, keyspace, key, value);

    /// <summary>Removes a key; absent keys are fine.</summary>
    /// <param name="keyspace">Where.</param>
    /// <param name="key">1 to <see cref="StoreLimits.KeySizeMax"/> bytes.</param>
    public WriteBatch Delete(Keyspace keyspace, ReadOnlySpan<byte> key) =>
        Add(WriteKind.Delete, keyspace, key, default);

    /// <summary>The batch commits only if the key has exactly this value.</summary>
    /// <param name="keyspace">Where.</param>
    /// <param name="key">1 to <see cref="StoreLimits.KeySizeMax"/> bytes.</param>
    /// <param name="value">What it must be.</param>
    public WriteBatch Expect(Keyspace keyspace, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Add(WriteKind.Expect, keyspace, key, value);

    /// <summary>The batch commits only if the key is absent.</summary>
    /// <param name="keyspace">Where.</param>
    /// <param name="key">1 to <see cref="StoreLimits.KeySizeMax"/> bytes.</param>
    public WriteBatch ExpectAbsent(Keyspace keyspace, ReadOnlySpan<byte> key) =>
        Add(WriteKind.ExpectAbsent, keyspace, key, default);

    /// <summary>Makes a completed extent live. If the batch conflicts, the extent can be added by another.</summary>
    /// <param name="extent">From <see cref="IStore.CreateExtentAsync"/>.</param>
    public WriteBatch AddExtent(ExtentId extent)
    {
        _operations.Add(new WriteOperation(WriteKind.AddExtent, null, [], [], extent));
        return this;
    }

    /// <summary>Gives an extent's space back once nobody reads it; unknown extents are fine.</summary>
    /// <param name="extent">Live, or complete and not added.</param>
    public WriteBatch FreeExtent(ExtentId extent)
    {
        _operations.Add(new WriteOperation(WriteKind.FreeExtent, null, [], [], extent));
        return this;
    }

    /// <summary>Forgets every operation so that the batch can be used again.</summary>
    public void Clear() => _operations.Clear();

    private WriteBatch Add(WriteKind kind, Keyspace keyspace, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(keyspace);
        if (key.Length is 0 or > StoreLimits.KeySizeMax)
        {
            throw new ArgumentException(
                $"A key has 1 to {StoreLimits.KeySizeMax} bytes; this has {key.Length}.", nameof(key));
        }

        if (value.Length > StoreLimits.ValueSizeMax)
        {
            throw new ArgumentException(
                $"A value has at most {StoreLimits.ValueSizeMax} bytes; this has {value.Length}. Use an extent.",
                nameof(value));
        }

        _operations.Add(new WriteOperation(kind, keyspace, key.ToArray(), value.ToArray(), default));
        return this;
    }
}
