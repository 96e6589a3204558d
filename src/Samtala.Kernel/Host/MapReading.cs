using Samtala.Abstractions;
using Samtala.Crypto;
using Samtala.Peers;

namespace Samtala.Kernel;

/// <summary>Reads followed maps as they are now, and waits for their peers no longer than it makes sense.</summary>
internal sealed class MapReading(PeerNode peers, TimeProvider time)
{
    /// <summary>How long a connected peer may take.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may take to come up, or to come back.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>How long the very first one may take.</summary>
    private static readonly TimeSpan s_firstGrace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(20);

    public static Hash32 KeyOf(MapId id)
    {
        Span<byte> bytes = stackalloc byte[MapId.Size];
        id.CopyTo(bytes);
        return new Hash32(bytes);
    }

    public static MapId IdOf(Hash32 key) => new(key.Bytes);

    public MapPeer Describe(Hash32 key, string address)
    {
        if (peers.LinkTo(address) is not { } link)
            return new MapPeer(address, false, null, "not dialled yet");
        var isOpen = link.IsConnected && peers.PeersOf(key).Any(p => p.PublicKey == link.Peer);
        return new MapPeer(
            address,
            isOpen,
            link.Since,
            isOpen ? "" : link.IsConnected ? "connected, but it does not share this" : link.Error);
    }

    /// <summary>Reads; what is not here is asked of peers.</summary>
    public async Task<T> ReadAsync<T>(
        KeptLog kept, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await RefreshAsync(kept, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = read(stop.Token);
        var since = time.GetTimestamp();
        var connected = since;
        while (!reading.IsCompleted)
        {
            await Task.WhenAny(reading, Task.Delay(s_glance, time, cancellationToken));
            if (cancellationToken.IsCancellationRequested)
                break;
            if (IsConnected(kept) || IsComingUp(kept, since))
                connected = time.GetTimestamp();
            if (time.GetElapsedTime(connected) > s_grace || time.GetElapsedTime(since) > s_patience)
            {
                await stop.CancelAsync();
                break;
            }
        }

        try
        {
            return await reading;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw IsConnected(kept) ? MapErrors.TimedOut(s_patience) : Away(kept);
        }
    }

    /// <summary>Takes the newest head that connected peers have, if there are any.</summary>
    private async Task RefreshAsync(KeptLog kept, CancellationToken cancellationToken)
    {
        var log = await peers.OpenAsync(kept);
        var since = time.GetTimestamp();
        var coming = since;
        if (!IsConnected(kept))
            await peers.UpdateAsync(kept, 0, cancellationToken);
        while (!IsConnected(kept) && log.AppliedLength == 0 && time.GetElapsedTime(coming) < s_grace)
        {
            await Task.Delay(s_glance, time, cancellationToken);
            if (IsComingUp(kept, since))
                coming = time.GetTimestamp();
        }

        if (IsConnected(kept))
        {
            using CancellationTokenSource late = new(s_patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            try
            {
                await peers.UpdateAsync(kept, ulong.MaxValue, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw IsConnected(kept) ? MapErrors.TimedOut(s_patience) : Away(kept);
            }
        }
        else if (log.AppliedLength == 0)
        {
            throw kept.Peers.Any(a => peers.LinkTo(a)?.IsConnected == true)
                ? MapErrors.NotShared(IdOf(kept.Key)) : Away(kept);
        }
    }

    /// <summary>Whether a peer is dialled for the first time, so that nobody can say whether it answers.</summary>
    private bool IsComingUp(KeptLog kept, long since) => time.GetElapsedTime(since) < s_firstGrace
        && kept.Peers.Any(a => peers.LinkTo(a) is { IsConnected: false, Since: null });

    private bool IsConnected(KeptLog kept) => peers.PeersOf(kept.Key).Count > 0;

    private MapException Away(KeptLog kept) => MapErrors.Unreachable(
        kept.Peers.IsEmpty ? "no address of a node that shares it is known"
            : string.Join("; ", kept.Peers.Select(a => $"{a}: {peers.LinkTo(a)?.Error}")));
}
