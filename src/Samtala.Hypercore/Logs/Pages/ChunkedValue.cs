using System.Buffers.Binary;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>A value that may be longer than one of the store: parts under (number, 0), (number, 1), …</summary>
/// <remarks>The first part begins with the length of the whole, so parts of a longer value before are harmless.
/// </remarks>
internal static class ChunkedValue
{
    /// <summary>Longest value in bytes: manifests, signatures and proofs are shorter.</summary>
    public const int SizeMax = 512 * 1024;

    private const int PartSize = StoreLimits.ValueSizeMax - sizeof(int);

    /// <summary>How many parts a value takes.</summary>
    public static int PartCount(int size) => Math.Max(1, (size + PartSize - 1) / PartSize);

    public static void Put(WriteBatch batch, Keyspace keyspace, ulong number, ReadOnlySpan<byte> value) =>
        Put(_ => batch, keyspace, number, value);

    /// <summary>Puts a value that may need several batches.</summary>
    /// <param name="batchFor">Gives the batch for a part of a size.</param>
    /// <param name="keyspace">Where.</param>
    /// <param name="number">Of the log.</param>
    /// <param name="value">At most <see cref="SizeMax"/> bytes.</param>
    public static void Put(
        Func<int, WriteBatch> batchFor, Keyspace keyspace, ulong number, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, SizeMax, nameof(value));
        byte[] first = new byte[sizeof(int) + Math.Min(value.Length, PartSize)];
        BinaryPrimitives.WriteInt32LittleEndian(first, value.Length);
        value[..(first.Length - sizeof(int))].CopyTo(first.AsSpan(sizeof(int)));
        batchFor(first.Length).Put(keyspace, LogKeyspaces.PairKey(number, 0), first);
        for (int part = 1; part < PartCount(value.Length); part++)
        {
            int at = part * PartSize;
            batchFor(PartSize).Put(
                keyspace, LogKeyspaces.PairKey(number, (ulong)part),
                value.Slice(at, Math.Min(PartSize, value.Length - at)));
        }
    }

    /// <returns>Null when there is none.</returns>
    public static async ValueTask<byte[]?> GetAsync(
        IStore store, Keyspace keyspace, ulong number, CancellationToken cancellationToken)
    {
        byte[]? first = await store.GetAsync(keyspace, LogKeyspaces.PairKey(number, 0), cancellationToken);
        if (first is null)
            return null;
        int size = first.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(first);
        if (size is < 0 or > SizeMax || first.Length != sizeof(int) + Math.Min(size, PartSize))
            throw LogErrors.DamagedRecord(keyspace.Name, number);
        byte[] value = new byte[size];
        first.AsSpan(sizeof(int)).CopyTo(value);
        for (int part = 1; part < PartCount(size); part++)
        {
            byte[]? next = await store.GetAsync(
                keyspace, LogKeyspaces.PairKey(number, (ulong)part), cancellationToken);
            int at = part * PartSize;
            int expected = Math.Min(PartSize, size - at);
            if (next is null || next.Length < expected)
                throw LogErrors.DamagedRecord(keyspace.Name, number);
            next.AsSpan(0, expected).CopyTo(value.AsSpan(at));
        }

        return value;
    }

    /// <summary>Removes every part a value may have.</summary>
    public static void Delete(WriteBatch batch, Keyspace keyspace, ulong number)
    {
        for (int part = 0; part < PartCount(SizeMax); part++)
            batch.Delete(keyspace, LogKeyspaces.PairKey(number, (ulong)part));
    }
}
