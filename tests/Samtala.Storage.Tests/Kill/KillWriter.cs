using System.Buffers.Binary;

namespace Samtala.Storage.Tests.Kill;

/// <summary>What the process does that is going to be killed: this test program, started with an argument.</summary>
internal static class KillWriter
{
    public const string Argument = "--kill-writer";
    public const string Ready = "ready";
    public const int WriterCount = 8;

    public static Keyspace Entries { get; } = Keyspace.Exact("entries");

    public static Keyspace Heads { get; } = Keyspace.Ordered("heads");

    public static byte[] KeyOf(int writer, int number)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(key, writer);
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(4), number);
        return key;
    }

    public static byte[] BytesOf(int writer, int number)
    {
        var bytes = new byte[number % 20 == 0 ? 100_000 : 3_000];
        new Random((writer * 1_000_003) + number).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Writes until it is killed.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        // A small log, so that checkpoints are killed too.
        await using var store = await EmbeddedStore.OpenAsync(
            new StoreOptions { Folder = folder, WalSizeMax = 1 << 20 }, TimeProvider.System);
        await Console.Out.WriteLineAsync(Ready);
        await Console.Out.FlushAsync();
        await Task.WhenAll(Enumerable.Range(0, WriterCount).Select(w => WriteAsync(store, w)));
        return 0;
    }

    private static async Task WriteAsync(EmbeddedStore store, int writer)
    {
        var head = await store.GetAsync(Heads, new[] { (byte)writer }, CancellationToken.None);
        var number = head is null ? 0 : BinaryPrimitives.ReadInt32LittleEndian(head);
        while (true)
        {
            number++;
            WriteBatch batch = new();
            var value = new byte[128];
            if (number % 5 == 0)
            {
                await using var extent = await store.CreateExtentAsync(CancellationToken.None);
                await extent.WriteAsync(BytesOf(writer, number), CancellationToken.None);
                await extent.CompleteAsync(CancellationToken.None);
                BinaryPrimitives.WriteUInt64LittleEndian(value, extent.Id.Value);
                batch.AddExtent(extent.Id);
            }

            batch.Put(Entries, KeyOf(writer, number), value);
            var next = BitConverter.GetBytes(number);
            _ = head is null
                ? batch.ExpectAbsent(Heads, [(byte)writer])
                : batch.Expect(Heads, [(byte)writer], head);
            batch.Put(Heads, [(byte)writer], next);
            head = next;
            if (!(await store.CommitAsync(batch, Durability.Durable, CancellationToken.None)).Committed)
                throw new InvalidOperationException("The head is not what this writer wrote.");
            await Console.Out.WriteLineAsync($"{writer} {number} .");
        }
    }
}
