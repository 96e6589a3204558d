using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Statistics;

/// <summary>Tells watchers of downloads as they happen: those the mirror answered, and, while somebody watches, those
/// the door served by itself.</summary>
internal sealed class DownloadFeed(INode node, TimeProvider time)
{
    /// <summary>Most downloads that wait for a slow watcher; older ones are dropped.</summary>
    public const int WaitingMax = 1000;

    private static readonly TimeSpan s_pollPeriod = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<Channel<DownloadSeen>, byte> _watchers = new();

    /// <summary>Tells of a download that the mirror answered.</summary>
    public void Tell(DownloadSeen download)
    {
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(download);
    }

    /// <summary>Downloads from now on, until cancelled.</summary>
    public async IAsyncEnumerable<DownloadSeen> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<DownloadSeen>(
            new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[channel] = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var polling = PollAsync(channel.Writer, stop.Token);
        try
        {
            await foreach (var download in channel.Reader.ReadAllAsync(cancellationToken))
                yield return download;
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
            await stop.CancelAsync();
            await polling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PollAsync(ChannelWriter<DownloadSeen> target, CancellationToken cancellationToken)
    {
        try
        {
            var start = await node.Answers.ReadTrafficAsync(0, cancellationToken);
            var after = start.Hits.Count > 0 ? start.Hits[^1].Number : start.TotalHits;
            using PeriodicTimer timer = new(s_pollPeriod, time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var traffic = await node.Answers.ReadTrafficAsync(after, cancellationToken);
                foreach (var hit in traffic.Hits)
                {
                    after = hit.Number;
                    target.TryWrite(new DownloadSeen(hit.Time, hit.Path, hit.Status, hit.Bytes, IsFromDoor: true));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            target.TryComplete(e);
        }
    }
}

/// <summary>A download.</summary>
/// <param name="Time">When it was answered.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Bytes">Bytes of body.</param>
/// <param name="IsFromDoor">The door served it; else the mirror did.</param>
internal sealed record DownloadSeen(DateTimeOffset Time, string Path, int Status, long Bytes, bool IsFromDoor);
