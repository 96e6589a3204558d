using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>The mirrors of other nodes that this one follows: finds in their maps what is not held here, and fetches it
/// from them. Only what is asked for is read of a map.</summary>
#pragma warning disable CA1001 // a semaphore whose wait handle is never asked for holds nothing to dispose
internal sealed partial class Followed(INode node, ILogger log)
#pragma warning restore CA1001
{
    // What is asked and what the node follows change together.
    private readonly SemaphoreSlim _change = new(1, 1);
    private ImmutableArray<MapId> _maps = [];

    /// <summary>Whether any is followed.</summary>
    public bool IsAny => !_maps.IsEmpty;

    /// <summary>Goes on with those that were followed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!node.IsGranted("logs"))
            return;
        try
        {
            _maps = [.. (await ListAsync(cancellationToken)).Select(m => m.Id)];
        }
        catch (MapException e)
        {
            // What is held must be served even so.
            LogNotListed(log, e);
        }
    }

    /// <summary>Every followed mirror and how it is.</summary>
    public async ValueTask<IReadOnlyList<MapInfo>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await node.Maps.ListAsync(cancellationToken)).Where(m => !m.IsOwn)];

    /// <summary>Follows a mirror, or changes where it is asked for.</summary>
    public async ValueTask<MapInfo> AddAsync(
        MapId id, IReadOnlyList<string> peers, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var map = await node.Maps.FollowAsync(id, peers, cancellationToken);
            ImmutableInterlocked.Update(
                ref _maps, static (maps, added) => maps.Contains(added) ? maps : maps.Add(added).Sort(Compare), id);
            return map;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Follows a mirror no longer; what came from it stays.</summary>
    /// <returns>False when it was not followed.</returns>
    public async ValueTask<bool> RemoveAsync(MapId id, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (!_maps.Contains(id))
                return false;
            await node.Maps.UnfollowAsync(id, cancellationToken);
            ImmutableInterlocked.Update(ref _maps, static (maps, gone) => maps.Remove(gone), id);
            return true;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>What followed mirrors say of a document; the newest first.</summary>
    /// <param name="record">Key of the record it would be kept under here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Finding<DocumentEntry>> FindDocumentAsync(
        string record, CancellationToken cancellationToken)
    {
        var found = await FindAsync<DocumentEntry>(
            MirrorKeys.OfRecord(record), DocumentEntry.TryRead, cancellationToken);
        return found with { Hits = [.. found.Hits.OrderByDescending(h => h.Entry.FetchedAt)] };
    }

    /// <summary>What followed mirrors say of a file, in order of their keys.</summary>
    /// <param name="record">Key of the record it would be kept under here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<Finding<FileEntry>> FindFileAsync(string record, CancellationToken cancellationToken) =>
        FindAsync<FileEntry>(MirrorKeys.OfRecord(record), FileEntry.TryRead, cancellationToken);

    /// <summary>What followed mirrors say of a digest, in order of their keys.</summary>
    public ValueTask<Finding<DigestEntry>> FindDigestAsync(Digest digest, CancellationToken cancellationToken) =>
        FindAsync<DigestEntry>(MirrorKeys.OfDigest(digest), DigestEntry.TryRead, cancellationToken);

    /// <summary>Tells of a followed mirror that may have something by now and cannot be asked.</summary>
    /// <returns>Null when all can be.</returns>
    public async ValueTask<MirrorException?> FindAwayAsync(string what, CancellationToken cancellationToken)
    {
        if (!IsAny)
            return null;
        var away = (await ListAsync(cancellationToken)).FirstOrDefault(m => !m.IsConnected);
        return away is null ? null
            : await ExplainAsync(
                what, away.Id, new MapException(MapFailure.Unreachable, away.Error), cancellationToken);
    }

    /// <summary>Why something cannot be had, in words for the person behind the client.</summary>
    public async ValueTask<MirrorException> ExplainAsync(
        string what, MapId from, MapException cause, CancellationToken cancellationToken)
    {
        var map = (await ListAsync(cancellationToken)).FirstOrDefault(m => m.Id == from);
        var where = map is null || map.Peers.Count == 0 ? $"followed mirror {Short(from)}"
            : $"followed mirror {Short(from)} at {string.Join(", ", map.Peers.Select(p => p.Address))}";
        var why = cause.Failure == MapFailure.Unreachable && map is { Error.Length: 0 }
            ? string.Join("; ", map.Peers.Select(Describe).DefaultIfEmpty("no address of it is known"))
            : cause.Message;
        return MirrorException.FollowedAway(what, where, why, from.ToString(), cause);
    }

    /// <summary>Enough of an id to tell mirrors apart; the whole one lets its holder read the mirror.</summary>
    public static string Short(MapId id) => id.ToString()[..8];

    private static int Compare(MapId left, MapId right) =>
        string.CompareOrdinal(left.ToString(), right.ToString());

    private static string Describe(MapPeer peer) => peer.IsConnected ? $"{peer.Address} is connected"
        : peer.Since is { } since
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{peer.Address} is away since {since:yyyy-MM-dd HH:mm:ss}Z: {peer.Error}")
            : $"{peer.Address} was not reached yet";

    private async ValueTask<Finding<T>> FindAsync<T>(
        byte[]? key, TryRead<T> read, CancellationToken cancellationToken)
        where T : class
    {
        var maps = _maps;
        if (key is null || maps.IsEmpty)
            return new Finding<T>([], null);
        var lookups = maps.Select(map => FindAsync(map, key, read, cancellationToken)).ToArray();
        var found = await Task.WhenAll(lookups);
        return new Finding<T>(
            [.. found.Where(f => f.Entry is not null).Select(f => new Hit<T>(f.From, f.Entry!))],
            found.Where(f => f.Away is not null).Select(f => new Absence(f.From, f.Away!)).FirstOrDefault());
    }

    private async Task<(MapId From, T? Entry, MapException? Away)> FindAsync<T>(
        MapId map, byte[] key, TryRead<T> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var entries = await node.Maps.GetAsync(map, [key], cancellationToken);
            if (entries[0] is not { } found)
                return (map, null, null);
            if (read(found.Value.Span, out var entry))
                return (map, entry, null);
            LogUnreadable(log, Short(map), found.Sequence);
            return (map, null, null);
        }
        catch (MapException e)
        {
            return (map, null, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node cannot tell which mirrors are followed.")]
    private static partial void LogNotListed(ILogger log, Exception e);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Followed mirror {Map}: its entry {Sequence} cannot be read; passed over.")]
    private static partial void LogUnreadable(ILogger log, string map, long sequence);

    private delegate bool TryRead<T>(
        ReadOnlySpan<byte> value, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? entry)
        where T : class;
}

/// <summary>What followed mirrors say of something.</summary>
/// <param name="Hits">Those that have it.</param>
/// <param name="Away">One that could not be asked; null when all were.</param>
internal sealed record Finding<T>(IReadOnlyList<Hit<T>> Hits, Absence? Away);

/// <summary>An entry of a followed mirror.</summary>
/// <param name="From">The mirror.</param>
/// <param name="Entry">What it says.</param>
internal sealed record Hit<T>(MapId From, T Entry);

/// <summary>A followed mirror that could not be asked.</summary>
/// <param name="From">The mirror.</param>
/// <param name="Cause">Why.</param>
internal sealed record Absence(MapId From, MapException Cause);
