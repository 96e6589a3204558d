namespace Samtala.Storage;

/// <summary>How large a batch is when written; the same for every store, so a batch fits all or none.</summary>
public static class BatchSize
{
    /// <summary>Most bytes an operation needs beside its keyspace's name, its key and its value.</summary>
    public const int OverheadPerOperation = 40;

    /// <summary>Counts what <see cref="StoreLimits.BatchSizeMax"/> limits.</summary>
    /// <param name="batch">What would be committed.</param>
    /// <returns>Bytes; the bytes of extents do not count.</returns>
    public static int Of(WriteBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long size = 0;
        foreach (var operation in batch.Operations)
        {
            size += OverheadPerOperation + operation.Key.Length + operation.Value.Length
                + (operation.Keyspace?.Name.Length ?? 0);
        }

        return (int)Math.Min(size, int.MaxValue);
    }
}
