using System.Buffers.Binary;
using System.Threading.Channels;
using Google.Protobuf;
using Samtala.Storage;

namespace Samtala.Services.State;

/// <summary>What a caller wants to write.</summary>
/// <param name="Key">The stored key.</param>
/// <param name="Content">Null deletes.</param>
/// <param name="IsText">Whether the content is text.</param>
/// <param name="ExpectedEtag">Empty: whatever is there. "0": only if absent. Else: only if this is the etag.</param>
internal sealed record StateWrite(byte[] Key, ByteString? Content, bool IsText, string ExpectedEtag)
{
    public TaskCompletionSource<StateOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How a write ended.</summary>
/// <param name="Kind">How.</param>
/// <param name="Record">What is there now.</param>
internal readonly record struct StateOutcome(StateOutcomeKind Kind, StateRecord Record);

internal enum StateOutcomeKind { Written, Deleted, Absent, Conflict }

/// <summary>Writes in one line, many per commit: revisions rise in the order in which watchers hear of them.</summary>
internal sealed class StateWriter : IAsyncDisposable
{
    /// <summary>Most writes in one commit: 48 of the largest fit into one record of the write-ahead log.</summary>
    public const int GroupSizeMax = 48;

    private const int QueueMax = 1024;
    internal static readonly Keyspace Entries = Keyspace.Ordered("api.state");
    private static readonly Keyspace s_heads = Keyspace.Exact("api.state.head");
    private static readonly byte[] s_headKey = "revision"u8.ToArray();

    private readonly IStore _store;
    private readonly StateFeed _feed;
    private readonly TimeProvider _time;
    private readonly Channel<StateWrite> _queue = Channel.CreateBounded<StateWrite>(
        new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private readonly Task _loop;

    public StateWriter(IStore store, StateFeed feed, TimeProvider time)
    {
        _store = store;
        _feed = feed;
        _time = time;
        _loop = RunAsync();
    }

    /// <summary>Reads the newest revision from the store.</summary>
    public static async Task<long> ReadHeadAsync(IStore store, CancellationToken cancellationToken)
    {
        var bytes = await store.GetAsync(s_heads, s_headKey, cancellationToken);
        return bytes is { Length: 8 } ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
    }

    /// <summary>Writes; durable when it returns.</summary>
    /// <exception cref="StoreException">The disk refused.</exception>
    public async Task<StateOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken)
    {
        await _queue.Writer.WriteAsync(write, cancellationToken);
        return await write.Done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        List<StateWrite> group = [];
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            while (group.Count < GroupSizeMax && _queue.Reader.TryRead(out var write))
                group.Add(write);
            try
            {
                await CommitAsync(group);
            }
            catch (Exception e)
            {
                foreach (var write in group)
                    write.Done.TrySetException(e);
            }
        }
    }

    private async Task CommitAsync(List<StateWrite> group)
    {
        var revision = _feed.Head;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        WriteBatch batch = new();
        List<StateChange> changes = [];
        Dictionary<string, StateRecord?> overlay = new(StringComparer.Ordinal);
        List<StateOutcome> outcomes = [];
        foreach (var write in group)
        {
            var id = System.Text.Encoding.Latin1.GetString(write.Key);
            if (!overlay.TryGetValue(id, out var current))
                current = await ReadAsync(_store, write.Key, CancellationToken.None);
            var outcome = Decide(write, current, revision + 1, now);
            outcomes.Add(outcome);
            if (outcome.Kind is not (StateOutcomeKind.Written or StateOutcomeKind.Deleted))
                continue;
            revision++;
            StateRecord? next = outcome.Kind == StateOutcomeKind.Written ? outcome.Record : null;
            overlay[id] = next;
            changes.Add(new StateChange(revision, write.Key, next));
            if (next is { } record)
                batch.Put(Entries, write.Key, record.Encode());
            else
                batch.Delete(Entries, write.Key);
        }

        if (changes.Count > 0)
        {
            var head = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(head, revision);
            await _store.CommitAsync(batch.Put(s_heads, s_headKey, head), Durability.Durable, CancellationToken.None);
            _feed.Publish(changes);
        }

        for (var i = 0; i < group.Count; i++)
            group[i].Done.TrySetResult(outcomes[i]);
    }

    private static StateOutcome Decide(StateWrite write, StateRecord? current, long revision, long now)
    {
        var etag = current?.Etag ?? "0";
        if (write.Content is null && current is null)
            return new StateOutcome(StateOutcomeKind.Absent, default);
        if (write.ExpectedEtag.Length > 0 && !string.Equals(write.ExpectedEtag, etag, StringComparison.Ordinal))
            return new StateOutcome(StateOutcomeKind.Conflict, current ?? default);
        return write.Content is null
            ? new StateOutcome(StateOutcomeKind.Deleted, default)
            : new StateOutcome(StateOutcomeKind.Written, new StateRecord(revision, now, write.IsText, write.Content));
    }

    /// <returns>Null when there is no entry.</returns>
    /// <exception cref="StoreCorruptException">The stored bytes are not an entry.</exception>
    internal static async ValueTask<StateRecord?> ReadAsync(
        IStore store, byte[] key, CancellationToken cancellationToken)
    {
        var bytes = await store.GetAsync(Entries, key, cancellationToken);
        if (bytes is null)
            return null;
        return StateRecord.TryDecode(bytes, out var record) ? record : throw Unreadable(key);
    }

    internal static StoreCorruptException Unreadable(byte[] key) =>
        new($"The stored value of '{StateName.Of(key)}' is not an entry of this version. Write it anew or delete it.");
}
