using System.Runtime.CompilerServices;
using Samtala.Hypercore.Replication;

namespace Samtala.Hypercore.Blobs;

/// <summary>How far a download is.</summary>
/// <param name="ReceivedBytes">Verified and here.</param>
/// <param name="Length">Of the blob in bytes; null until a peer has proven it.</param>
public readonly record struct BlobProgress(long ReceivedBytes, long? Length);

/// <summary>A blob on its way here from whoever holds it: every block is verified as it comes, and nobody sees the blob
/// before all of it is durable.</summary>
/// <remarks>Thread-safe. Goes on with other peers when some leave; giving up waiting does not end it, disposing does.
/// </remarks>
public sealed class BlobDownload : IAsyncDisposable
{
    private readonly BlobReceiver _receiver;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<BlobDownload, ValueTask> _ended;
    private readonly LogReplication? _replication;
    private readonly Task _running;
    private int _isDisposed;

    internal BlobDownload(
        BlobReceiver receiver, Replicator replicator, Func<BlobDownload, ValueTask> ended)
    {
        _receiver = receiver;
        _ended = ended;
        _replication = receiver.Completion.IsCompleted ? null : replicator.Start(receiver, LogInterest.Sparse);
        _running = RunAsync();
    }

    /// <summary>Which blob.</summary>
    public BlobId Id => _receiver.Id;

    /// <summary>How far it is.</summary>
    public BlobProgress Progress => _receiver.Progress;

    /// <summary>Who is asked, and what came from whom.</summary>
    public IReadOnlyList<PeerStatistics> Peers => _replication?.Peers ?? [];

    /// <summary>Waits until the blob is stored.</summary>
    /// <param name="cancellationToken">Gives up waiting; the download goes on.</param>
    /// <returns>The blob, durable and owned.</returns>
    /// <exception cref="BlobDigestMismatchException">The blob is the one of its id but not the one that was expected;
    /// nothing is kept.</exception>
    /// <exception cref="InvalidDataException">The id names a log that is no blob, or one longer than accepted.
    /// </exception>
    /// <exception cref="Samtala.Storage.StoreException">The disk refused.</exception>
    public async ValueTask<BlobInfo> WaitAsync(CancellationToken cancellationToken) =>
        await _receiver.Completion.WaitAsync(cancellationToken);

    /// <summary>Tells how far it is whenever that changes, until it is stored; slow listeners miss steps in between.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<BlobProgress> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed = _receiver.Changing;
            yield return Progress;
            if (_receiver.Completion.IsCompleted)
                yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Reads a range as it comes: what is here at once, the rest when it arrives.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="target">Filled at least partly unless the blob ends.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Bytes read; 0 at or behind the end.</returns>
    /// <exception cref="IOException">The download failed, as <see cref="WaitAsync"/> tells.</exception>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return _receiver.ReadAsync(offset, target, cancellationToken);
    }

    /// <summary>Ends it. What is not complete is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _ended(this);
        await _running;
        if (_replication is not null)
            await _replication.DisposeAsync();
        await _receiver.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        if (_replication is null)
            return;
        Task requesting = RequestAsync(_replication);
        Task first = await Task.WhenAny(requesting, _receiver.Completion);
        if (first.IsFaulted)
            await _stopping.CancelAsync();
        await requesting;
    }

    /// <summary>Asks for a few runs of blocks at a time, so that little has to wait in memory for its turn.</summary>
    private async Task RequestAsync(LogReplication replication)
    {
        try
        {
            ulong length = await _receiver.LengthKnown.WaitAsync(_stopping.Token);
            Queue<Task> runs = new();
            for (ulong start = 0; start < length; start += BlobReceiver.RunBlocks)
            {
                while (start + BlobReceiver.RunBlocks > _receiver.WindowEnd)
                {
                    Task changed = _receiver.Changing;
                    if (start + BlobReceiver.RunBlocks > _receiver.WindowEnd)
                        await changed.WaitAsync(_stopping.Token);
                }

                ulong end = Math.Min(length, start + BlobReceiver.RunBlocks);
                runs.Enqueue(replication.DownloadAsync(start, end, 0, _stopping.Token).AsTask());
                while (runs.TryPeek(out Task? first) && first.IsCompleted)
                    await runs.Dequeue();
            }

            await Task.WhenAll(runs);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            _receiver.Fail(new IOException($"The download of blob {Id} was ended."));
        }
    }
}
