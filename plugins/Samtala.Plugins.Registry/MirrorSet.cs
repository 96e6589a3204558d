using Microsoft.Extensions.Logging;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Npm;
using Samtala.Plugins.Registry.Nuget;
using Samtala.Plugins.Registry.Sharing;
using Samtala.Plugins.Registry.Statistics;

namespace Samtala.Plugins.Registry;

/// <summary>All mirrors and what they share, put together once per run of the plugin.</summary>
internal sealed partial class MirrorSet : IAsyncDisposable
{
    private static readonly TimeSpan s_keepPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, IMirror> _mirrors;
    private readonly Dictionary<string, CounterRecord> _kept = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly List<IDisposable> _owned = [];
    private Task _keeping = Task.CompletedTask;
    private Task _searching = Task.CompletedTask;

    public MirrorSet(INode node, TimeProvider time, ILogger<MirrorSet> log)
    {
        _time = time;
        _log = log;
        Shelf = new Shelf(node);
        Followed = new Followed(node, log);
        Publication = new Publication(node, Shelf, time, log);
        Traffic = new TrafficMeter(node, Shelf);
        Downloads = new DownloadFeed(node, time);
        _mirrors = new Dictionary<string, IMirror>(StringComparer.Ordinal)
        {
            ["npm"] = MakeNpm(node, time),
            ["nuget"] = MakeNuget(node, time),
        };
    }

    public Shelf Shelf { get; }

    /// <summary>The mirrors of other nodes.</summary>
    public Followed Followed { get; }

    /// <summary>What this node shares.</summary>
    public Publication Publication { get; }

    public TrafficMeter Traffic { get; }

    public DownloadFeed Downloads { get; }

    /// <summary>In order of their names.</summary>
    public IReadOnlyList<IMirror> All => [_mirrors["npm"], _mirrors["nuget"]];

    /// <summary>The mirror of a name; null for none.</summary>
    public IMirror? Find(string name) => _mirrors.GetValueOrDefault(name);

    /// <summary>Goes on from what was kept.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Traffic.StartAsync(cancellationToken);
        await Followed.StartAsync(cancellationToken);
        await Publication.StartAsync(cancellationToken);
        foreach (var mirror in All)
        {
            var key = Shelf.CounterKey(mirror.Upstream.Mirror);
            if (await Shelf.FindAsync(key, RegistryJson.Default.CounterRecord, cancellationToken) is { } kept)
                mirror.Upstream.Counters.Add(kept);
            _kept[key] = mirror.Upstream.Counters.Now;
        }

        _keeping = KeepRegularlyAsync();
    }

    /// <summary>Sees to it that the upstreams become known, without waiting for the owner's package clients, which take
    /// seconds to say what they use.</summary>
    public async Task GlanceAtUpstreamsAsync(CancellationToken cancellationToken)
    {
        Task searching;
        lock (_owned)
        {
            if (_searching.IsCompleted)
                _searching = SearchAsync();
            searching = _searching;
        }

        await Task.WhenAny(searching, Task.Delay(s_glance, _time, cancellationToken));
    }

    /// <summary>Ends all work and writes the counters down.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _keeping;
        await KeepAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _keeping;
        await _searching;
        foreach (var owned in _owned)
            owned.Dispose();
        _stopping.Dispose();
    }

    private NpmMirror MakeNpm(INode node, TimeProvider time)
    {
        UpstreamSetting setting = new(Ecosystem.Npm, node, Shelf, time);
        Upstream upstream = new(Ecosystem.Npm, node, setting, Followed, time);
        _owned.Add(upstream);
        DocumentCache documents = new(node, Shelf, upstream, time, _stopping.Token);
        return new NpmMirror(node, upstream, documents, new FileCache(node, Shelf, time, _stopping.Token), time);
    }

    private NugetMirror MakeNuget(INode node, TimeProvider time)
    {
        UpstreamSetting setting = new(Ecosystem.Nuget, node, Shelf, time);
        Upstream upstream = new(Ecosystem.Nuget, node, setting, Followed, time);
        NugetUpstream resources = new(upstream, Shelf, time);
        _owned.AddRange([upstream, resources]);
        DocumentCache documents = new(node, Shelf, upstream, time, _stopping.Token);
        FileCache files = new(node, Shelf, time, _stopping.Token);
        NugetPackages packages = new(node, upstream, resources, files);
        return new NugetMirror(node, resources, packages, documents, new NugetSearch(Shelf));
    }

    private async Task SearchAsync()
    {
        try
        {
            await Task.WhenAll(All.Select(m => m.Upstream.Setting.FindAsync(_stopping.Token).AsTask()));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogNotFound(_log, e);
        }
    }

    private async Task KeepRegularlyAsync()
    {
        try
        {
            using PeriodicTimer timer = new(s_keepPeriod, _time);
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await KeepAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogNotKept(_log, e);
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        foreach (var mirror in All)
        {
            var key = Shelf.CounterKey(mirror.Upstream.Mirror);
            var now = mirror.Upstream.Counters.Now;
            if (_kept.TryGetValue(key, out var kept) && kept == now)
                continue;
            await Shelf.PutAsync(key, now, RegistryJson.Default.CounterRecord, cancellationToken);
            _kept[key] = now;
        }

        await Traffic.KeepAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The package clients could not be asked for their upstreams.")]
    private static partial void LogNotFound(ILogger log, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The counters could not be written; they go on in memory.")]
    private static partial void LogNotKept(ILogger log, Exception e);
}
