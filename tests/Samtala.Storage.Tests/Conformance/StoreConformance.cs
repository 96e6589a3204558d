using System.Text;

namespace Samtala.Storage.Tests.Conformance;

/// <summary>What every store must do, whatever it is made of. Subclasses say how to open one.</summary>
public abstract class StoreConformance
{
    private protected static readonly Keyspace s_exact = Keyspace.Exact("exact");
    private protected static readonly Keyspace s_ordered = Keyspace.Ordered("ordered");

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens a store on the data of this test, again after it was disposed.</summary>
    private protected abstract Task<IStore> OpenAsync();

    private protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private protected static async Task CommitAsync(IStore store, WriteBatch batch) =>
        Assert.True((await store.CommitAsync(batch, Durability.Durable, Token)).Committed);

    private protected static async Task<ExtentId> WriteExtentAsync(IStore store, byte[] bytes)
    {
        await using var writer = await store.CreateExtentAsync(Token);
        foreach (var chunk in bytes.Chunk(50_000))
            await writer.WriteAsync(chunk, Token);
        Assert.Equal(bytes.Length, writer.Length);
        await writer.CompleteAsync(Token);
        return writer.Id;
    }

    private protected static async Task<byte[]> ReadExtentAsync(IStore store, ExtentId id, int length)
    {
        var bytes = new byte[length + 10];
        var count = await store.ReadExtentAsync(id, 0, bytes, Token);
        Assert.Equal(length, count);
        return bytes[..count];
    }

    private protected static byte[] Noise(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static async Task<string[]> KeysAsync(IStore store, string from, string to, int limit)
    {
        var page = await store.ScanAsync(s_ordered, new ScanRange(Bytes(from), Bytes(to), limit), Token);
        return [.. page.Select(e => Encoding.UTF8.GetString(e.Key))];
    }
}
