using Samtala.Crypto;
using Samtala.Hypercore.Logs;

namespace Samtala.Hypercore.Replication;

/// <summary>An interest in one log: as long as it is not disposed, peers are asked for what it wants, and served.
/// </summary>
/// <remarks>Thread-safe. Several for one log add up.</remarks>
public sealed class LogReplication : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly LogReplicator _log;
    private readonly Action _released;
    private readonly int _live;
    private int _isDisposed;

    internal LogReplication(LogReplicator log, LogInterest interest, Action released)
    {
        _log = log;
        _released = released;
        _live = interest.Follow ? 1 : 0;
        _log.AddLive(_live);
        if (interest.Download)
            _ = DownloadEverythingAsync(interest.Priority);
    }

    /// <summary>What went over the channels of the log, for all interests together.</summary>
    public ReplicationStatistics Statistics => _log.GetStatistics();

    /// <summary>The peers that have the log's channel open.</summary>
    public IReadOnlyList<PeerStatistics> Peers => _log.GetPeers();

    /// <summary>Downloads a range.</summary>
    /// <param name="start">The first block.</param>
    /// <param name="end">Behind the last block; may be beyond the log's length, then it waits for that. The greatest
    /// number for everything that will ever be appended.</param>
    /// <param name="priority">Ranges of a higher one come first; blocks read with <see cref="LogRead.Wait"/> before
    /// all.</param>
    /// <param name="cancellationToken">Gives up; what is here stays.</param>
    /// <returns>Completes when every block is here.</returns>
    public async ValueTask DownloadAsync(
        ulong start, ulong end, int priority = 0, CancellationToken cancellationToken = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
        await _log.DownloadAsync(start, end, priority, both.Token);
    }

    /// <summary>Asks peers for a longer head.</summary>
    /// <param name="wait">With no peer connected, waits for a first one to say what it has, instead of answering false.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the log grew or was rewritten since the call; false when no peer is ahead, as when a followed
    /// log grew by itself just before. The newest head is durable by then: <see cref="Log.Length"/> shows it.</returns>
    /// <exception cref="Storage.StoreException">The disk refused the new head.</exception>
    public async ValueTask<bool> UpdateAsync(bool wait = false, CancellationToken cancellationToken = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
        return await _log.UpdateAsync(wait, both.Token);
    }

    /// <summary>Draws who has which blocks.</summary>
    /// <param name="peer">Whose; null for ours.</param>
    /// <param name="picture">Every byte becomes the share, 0 to 255, of one equal part of the log.</param>
    /// <returns>False when no such peer has the channel open.</returns>
    public bool TryDraw(PublicKey? peer, Span<byte> picture) => _log.TryDraw(peer, picture);

    /// <summary>Registers for the messages of an extension.</summary>
    /// <param name="name">1 to 256 bytes, the same at all peers.</param>
    /// <param name="received">Called with the sender and the bytes, which are valid during the call only. It comes from
    /// the connection's own loop: it must return soon.</param>
    /// <exception cref="InvalidOperationException">The name is registered for this log.</exception>
    public LogExtension AddExtension(string name, Action<PublicKey, ReadOnlyMemory<byte>> received) =>
        new(_log, name, received);

    /// <summary>Ends the interest; channels close when nobody else has any.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        _log.AddLive(-_live);
        _stopping.Dispose();
        _released();
    }

    private async Task DownloadEverythingAsync(int priority)
    {
        try
        {
            await _log.DownloadAsync(0, ulong.MaxValue, priority, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposed: nobody wants it any more.
        }
        catch (ObjectDisposedException)
        {
            // The replicator was disposed.
        }
    }
}
