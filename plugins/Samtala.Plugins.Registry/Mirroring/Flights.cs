using System.Collections.Concurrent;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>
/// One piece of work per key at a time: whoever asks meanwhile waits for the same result. The work goes on when a
/// client leaves; it ends with the plugin.
/// </summary>
internal sealed class Flights<T>(CancellationToken stopping)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _running = new(StringComparer.Ordinal);

    /// <summary>Joins the work under a key, or begins it.</summary>
    /// <param name="key">Names the work.</param>
    /// <param name="work">Begun only when nobody does it already.</param>
    public Task<T> JoinAsync(string key, Func<CancellationToken, Task<T>> work) =>
        _running.GetOrAdd(key, k => new Lazy<Task<T>>(() => RunAsync(k, work))).Value;

    private async Task<T> RunAsync(string key, Func<CancellationToken, Task<T>> work)
    {
        // The entry must be there before the work can end and remove it.
        await Task.Yield();
        try
        {
            return await work(stopping);
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }
}
