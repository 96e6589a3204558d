using System.Buffers.Binary;
using System.Threading.Channels;
using Google.Protobuf;
using Samtala.Node.V1;
using Samtala.Storage;

namespace Samtala.Services.Nodes;

/// <summary>The newest writes through the door, kept in the store. Recording never waits: when writes come faster than
/// the disk takes them, the oldest unrecorded ones are lost, and the log says how many.</summary>
public sealed class AuditLog : IAsyncDisposable
{
    /// <summary>Most entries kept; older ones are forgotten.</summary>
    public const int CountMax = 5000;

    private const int QueueMax = 1024;
    private const int GroupMax = 256;
    private const int ActionSizeMax = 512;
    private const int PrincipalSizeMax = 128;
    private static readonly Keyspace s_entries = Keyspace.Ordered("api.audit");
    private static readonly Keyspace s_heads = Keyspace.Exact("api.audit.head");
    private static readonly byte[] s_headKey = "next"u8.ToArray();

    private readonly IStore _store;
    private readonly Channel<AuditEntry> _queue;
    private readonly Task _loop;
    private long _next;
    private long _lost;

    private AuditLog(IStore store, long next)
    {
        _store = store;
        _next = next;
        _queue = Channel.CreateBounded<AuditEntry>(
            new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
        _loop = RunAsync();
    }

    /// <summary>Opens the log of a store.</summary>
    /// <param name="store">Kept; not disposed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A log the caller disposes before the store.</returns>
    public static async Task<AuditLog> OpenAsync(IStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var head = await store.GetAsync(s_heads, s_headKey, cancellationToken);
        return new AuditLog(store, head is { Length: 8 } ? BinaryPrimitives.ReadInt64BigEndian(head) : 1);
    }

    /// <summary>Records one write; returns at once.</summary>
    /// <param name="entry">Owned by the log from now on.</param>
    public void Record(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Action = Cut(entry.Action, ActionSizeMax);
        entry.Principal = Cut(entry.Principal, PrincipalSizeMax);
        _queue.Writer.TryWrite(entry);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    /// <summary>A page, newest first; only entries whose number is smaller than <paramref name="before"/>.</summary>
    internal async Task<(IReadOnlyList<AuditEntry> Entries, long? Next)> ListAsync(
        long? before, int size, CancellationToken cancellationToken)
    {
        var end = Math.Min(before ?? long.MaxValue, Volatile.Read(ref _next));
        var from = Math.Max(1, end - size);
        if (end <= from)
            return ([], null);
        var found = await _store.ScanAsync(s_entries, new ScanRange(Key(from), Key(end), size), cancellationToken);
        var more = found.Count > 0 && from > 1 && from > Volatile.Read(ref _next) - CountMax;
        return ([.. found.Reverse().Select(e => AuditEntry.Parser.ParseFrom(e.Value))], more ? from : null);
    }

    private async Task RunAsync()
    {
        List<AuditEntry> group = [];
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            while (group.Count < GroupMax && _queue.Reader.TryRead(out var entry))
                group.Add(entry);
            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
            {
                group.Add(
                    new AuditEntry { Time = group[^1].Time, Principal = "node", Action = $"{lost} entries lost" });
            }

            try
            {
                await WriteAsync(group);
            }
            catch (StoreException)
            {
                // The disk refuses: callers see that by their own writes; a missing audit entry must not end the node.
                Interlocked.Add(ref _lost, group.Count);
            }
        }
    }

    private async Task WriteAsync(List<AuditEntry> group)
    {
        WriteBatch batch = new();
        var next = _next;
        foreach (var entry in group)
        {
            batch.Put(s_entries, Key(next), entry.ToByteArray());
            if (next > CountMax)
                batch.Delete(s_entries, Key(next - CountMax));
            next++;
        }

        batch.Put(s_heads, s_headKey, Key(next));
        await _store.CommitAsync(batch, Durability.Later, CancellationToken.None);
        Volatile.Write(ref _next, next);
    }

    private static byte[] Key(long number)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        return key;
    }

    private static string Cut(string text, int size) => text.Length <= size ? text : text[..size];
}
