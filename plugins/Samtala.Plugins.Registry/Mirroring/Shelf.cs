using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>The plugin's records in the node's state. A record that cannot be read counts as absent: everything in it
/// can be fetched again.</summary>
internal sealed class Shelf(INode node)
{
    private const int ConflictCountMax = 20;

    /// <summary>Told the key of every record that was written or deleted; called on any thread, must not
    /// block.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Key of the upstream of a mirror.</summary>
    public static string UpstreamKey(string mirror) => $"up/{mirror}";

    /// <summary>Key of a document.</summary>
    public static string DocumentKey(string mirror, string name) => $"{mirror}/d/{name}";

    /// <summary>Key of a file; '!' sorts before all that names may contain, so that a package's files lie together.
    /// </summary>
    public static string FileKey(string mirror, string name, string file) => $"{mirror}/f/{name}!{file}";

    /// <summary>Key of whether the mirrors are shared.</summary>
    public const string SharingKey = "share";

    /// <summary>Key of the counters of a mirror.</summary>
    public static string CounterKey(string mirror) => $"counters/{mirror}";

    /// <summary>Reads a record.</summary>
    public async ValueTask<T?> FindAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await node.State.GetAsync(key, cancellationToken) is { } entry ? Read(entry, type) : null;

    /// <summary>Writes a record, whatever was there.</summary>
    public async ValueTask PutAsync<T>(
        string key, T record, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await node.State.CommitAsync(
            [new StateWrite(key, JsonSerializer.SerializeToUtf8Bytes(record, type))], cancellationToken);
        Changed?.Invoke(key);
    }

    /// <summary>Deletes records.</summary>
    /// <param name="keys">At most <see cref="IState.WritesMax"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        foreach (var some in keys.Chunk(IState.WritesMax))
        {
            await node.State.CommitAsync([.. some.Select(k => new StateWrite(k, null))], cancellationToken);
            foreach (var key in some)
                Changed?.Invoke(key);
        }
    }

    /// <summary>Changes a record, based on what is there at that moment.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="type">Its type.</param>
    /// <param name="change">From the present record; null leaves it as it is. May be called several times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is there afterwards.</returns>
    public async ValueTask<T?> ChangeAsync<T>(
        string key, JsonTypeInfo<T> type, Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class
    {
        for (var i = 0; i < ConflictCountMax; i++)
        {
            var entry = await node.State.GetAsync(key, cancellationToken);
            var before = entry is null ? null : Read(entry, type);
            if (change(before) is not { } after)
                return before;
            var value = JsonSerializer.SerializeToUtf8Bytes(after, type);
            if (await node.State.CommitAsync([new StateWrite(key, value, entry?.Etag ?? "")], cancellationToken))
            {
                Changed?.Invoke(key);
                return after;
            }
        }

        throw new InvalidOperationException($"The record '{key}' was changed by others {ConflictCountMax} times.");
    }

    /// <summary>Reads a page of records.</summary>
    public async ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken) =>
        await node.State.ListAsync(prefix, after, limit, cancellationToken);

    /// <summary>Reads a record from its entry.</summary>
    /// <returns>Null when it is damaged.</returns>
    public static T? Read<T>(StateEntry entry, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
