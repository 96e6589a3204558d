namespace Samtala.Abstractions;

/// <summary>Small values under names in the plugin's own namespace. The keys are kept sorted in memory: keep it small.
/// </summary>
public interface IState
{
    /// <summary>Longest value in bytes.</summary>
    const int ValueSizeMax = 7 * 1024;

    /// <summary>Longest key in bytes of UTF-8.</summary>
    const int KeySizeMax = 512;

    /// <summary>Most writes in one commit.</summary>
    const int WritesMax = 256;

    /// <summary>Reads one entry.</summary>
    /// <param name="key">1 to <see cref="KeySizeMax"/> bytes of UTF-8.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when there is none.</returns>
    ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Applies all writes or none; durable when it returns.</summary>
    /// <param name="writes">1 to <see cref="WritesMax"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when an expected etag did not match; then nothing was written.</returns>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    ValueTask<bool> CommitAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken);

    /// <summary>Lists entries in byte order of their keys.</summary>
    /// <param name="prefix">Only keys that begin with this.</param>
    /// <param name="after">Only keys after this one; empty for all.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken);
}

/// <summary>One value.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Etag">Changes with every write.</param>
public sealed record StateEntry(string Key, ReadOnlyMemory<byte> Value, string Etag);

/// <summary>One write.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">The new value; null deletes.</param>
/// <param name="ExpectedEtag">Null: whatever is there. Empty: only if absent. Else: only if this is the etag.</param>
public sealed record StateWrite(string Key, ReadOnlyMemory<byte>? Value, string? ExpectedEtag = null);
