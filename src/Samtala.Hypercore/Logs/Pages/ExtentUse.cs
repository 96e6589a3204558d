using System.Buffers.Binary;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>How much of an extent is still needed.</summary>
/// <param name="Log">The log it belongs to.</param>
/// <param name="Total">Its bytes and its blocks, added.</param>
/// <param name="Live">The same of the blocks that are still here.</param>
/// <param name="FirstPage">The first level-0 page that has blocks in it.</param>
/// <param name="LastPage">The last one.</param>
internal readonly record struct ExtentUse(ulong Log, ulong Total, ulong Live, ulong FirstPage, ulong LastPage)
{
    private const int Size = 1 + (5 * sizeof(ulong));
    private const byte Version = 1;

    public static byte[] Key(ulong extent) => LogKeyspaces.NumberKey(extent);

    public void Put(WriteBatch batch, ulong extent)
    {
        Span<byte> value = stackalloc byte[Size];
        value[0] = Version;
        Span<ulong> numbers = [Log, Total, Live, FirstPage, LastPage];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(value[(1 + (i * sizeof(ulong)))..], numbers[i]);
        batch.Put(LogKeyspaces.Extents, Key(extent), value);
    }

    /// <exception cref="LogException">It is missing or not what <see cref="Put"/> writes.</exception>
    public static async ValueTask<ExtentUse> GetAsync(
        IStore store, ulong extent, CancellationToken cancellationToken)
    {
        byte[]? value = await store.GetAsync(LogKeyspaces.Extents, Key(extent), cancellationToken);
        if (value is null || value.Length != Size || value[0] != Version)
            throw LogErrors.DamagedRecord(LogKeyspaces.Extents.Name, extent);
        return new ExtentUse(At(value, 0), At(value, 1), At(value, 2), At(value, 3), At(value, 4));
    }

    private static ulong At(byte[] value, int i) =>
        BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(1 + (i * sizeof(ulong))));
}
