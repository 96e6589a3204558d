using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>
/// Keeps the own map in step with what the mirrors hold, while they are shared. Each record of the shelf stands for
/// entries that can be worked out from it at any time, so changes are only noted by their key, and after a crash all
/// records are looked at again.
/// </summary>
#pragma warning disable CA1001 // semaphores whose wait handle is never asked for hold nothing to dispose
internal sealed partial class Publication(INode node, Shelf shelf, TimeProvider time, ILogger log)
#pragma warning restore CA1001
{
    /// <summary>Most changed records to note; with more, all are looked at.</summary>
    public const int NotedMax = 65_536;

    private const string MapName = "mirror";
    private const int BatchMax = 64;
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, byte> _noted = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0);
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Entrymaker? _entries;
    private volatile bool _isWanted;
    private volatile bool _mustReconcile;
    private volatile bool _isWorking;
    private volatile string _error = "";

    // In this order: work begins before what is worked on leaves the notes.
    private bool IsInStep => !_mustReconcile && _noted.IsEmpty && !_isWorking;

    /// <summary>Goes on sharing, if the mirrors were shared.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        shelf.Changed = Note;
        _isWanted = node.IsGranted("logs") && await shelf.FindAsync(
            Shelf.SharingKey, RegistryJson.Default.SharingRecord, cancellationToken) is { IsShared: true };

        // What is held must be served, whatever becomes of the map: it is opened by the worker.
        if (_isWanted)
            Wake();
    }

    /// <summary>How it is now.</summary>
    public async ValueTask<PublicationView> ViewAsync(CancellationToken cancellationToken)
    {
        var map = _entries is not { } entries ? null
            : (await node.Maps.ListAsync(cancellationToken)).FirstOrDefault(m => m.Id == entries.Map);
        return new PublicationView(map, node.Info.PeerAddresses is [var peer, ..] ? peer : "", _noted.Count, _error)
        {
            IsInStep = map is not null && IsInStep,
        };
    }

    /// <summary>Shares the mirrors, and waits until their map is complete, but not forever.</summary>
    public async Task ShareAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_entries is null)
        {
            await shelf.PutAsync(
                Shelf.SharingKey, new SharingRecord(true), RegistryJson.Default.SharingRecord, cancellationToken);

            // Before it is open: the worker is woken by that, and looks here first.
            _isWanted = true;
            await OpenAsync(cancellationToken);
        }

        var since = time.GetTimestamp();
        while (!IsInStep && time.GetElapsedTime(since) < patience)
            await Task.Delay(s_gather, time, cancellationToken);
    }

    /// <summary>Shares the mirrors no longer. The map stays, so that its key is the same when they are shared again.
    /// </summary>
    public async Task UnshareAsync(CancellationToken cancellationToken)
    {
        await shelf.PutAsync(
            Shelf.SharingKey, new SharingRecord(false), RegistryJson.Default.SharingRecord, cancellationToken);
        _isWanted = false;
        await _one.WaitAsync(cancellationToken);
        try
        {
            var map = (await node.Maps.CreateAsync(MapName, cancellationToken)).Id;
            await node.Maps.ShareAsync(map, isShared: false, cancellationToken);
            var entries = _entries ?? new Entrymaker(node, shelf, map);
            _entries = null;
            _noted.Clear();
            await entries.HideAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Publishes what is noted, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.WaitAsync(cancellationToken);
            await Task.Delay(s_gather, time, cancellationToken);
            while (_isWanted && (_entries is null || _mustReconcile || !_noted.IsEmpty))
            {
                try
                {
                    if (_entries is null)
                        await OpenAsync(cancellationToken);
                    await StepAsync(cancellationToken);
                    _error = "";
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogNotPublished(log, e);
                    _error = e.Message;
                    await Task.Delay(s_retry, time, cancellationToken);
                }
            }
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_entries is not null)
                return;
            var map = await node.Maps.CreateAsync(MapName, cancellationToken);
            await node.Maps.ShareAsync(map.Id, isShared: true, cancellationToken);
            _mustReconcile = true;
            _entries = new Entrymaker(node, shelf, map.Id);
        }
        finally
        {
            _one.Release();
        }

        Wake();
    }

    private void Note(string record)
    {
        if (!_isWanted || MirrorKeys.OfRecord(record) is null)
            return;
        if (_noted.Count >= NotedMax)
            _mustReconcile = true;
        else
            _noted[record] = 0;
        Wake();
    }

    private void Wake()
    {
        if (_changed.CurrentCount == 0)
            _changed.Release();
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_entries is not { } entries)
                return;
            _isWorking = true;
            if (_mustReconcile)
            {
                _mustReconcile = false;
                try
                {
                    await entries.ReconcileAsync(cancellationToken);
                }
                catch
                {
                    _mustReconcile = true;
                    throw;
                }
            }

            foreach (var some in _noted.Keys.Order(StringComparer.Ordinal).Chunk(BatchMax))
                await ApplyAsync(entries, some, cancellationToken);
        }
        finally
        {
            _isWorking = false;
            _one.Release();
        }
    }

    private async Task ApplyAsync(Entrymaker entries, string[] records, CancellationToken cancellationToken)
    {
        // Forgotten before they are looked at: a change from now on notes them again.
        foreach (var record in records)
            _noted.TryRemove(record, out _);
        try
        {
            await entries.ApplyAsync(records, cancellationToken);
        }
        catch
        {
            foreach (var record in records)
                _noted[record] = 0;
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the mirrors hold could not be published; tried again.")]
    private static partial void LogNotPublished(ILogger log, Exception e);
}

/// <summary>How sharing is.</summary>
/// <param name="Map">The own map; null when nothing is shared.</param>
/// <param name="Peer">host:port where others reach this node; empty when they cannot.</param>
/// <param name="Pending">Records that are not published yet.</param>
/// <param name="Error">Why, when that failed last time.</param>
internal sealed record PublicationView(MapInfo? Map, string Peer, int Pending, string Error)
{
    /// <summary>Everything that is held is in the map.</summary>
    public bool IsInStep { get; init; }
}

/// <summary>Whether the mirrors are shared.</summary>
/// <param name="IsShared">Whether.</param>
internal sealed record SharingRecord(bool IsShared);

/// <summary>Publishes for as long as the plugin runs.</summary>
internal sealed class PublicationWorker(MirrorSet mirrors) : IWorker
{
    public Task RunAsync(CancellationToken cancellationToken) => mirrors.Publication.RunAsync(cancellationToken);
}
