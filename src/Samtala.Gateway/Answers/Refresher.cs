using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Samtala.Abstractions;

namespace Samtala.Gateway.Answers;

/// <summary>Asks plugins to refresh answers that are no longer fresh, one request per path at a time.</summary>
internal sealed partial class Refresher
{
    /// <summary>Most refreshes under way at once; a stale answer beyond that is refreshed when it is next asked for.
    /// </summary>
    public const int RefreshesMax = 64;

    /// <summary>A path is not asked for again sooner than this, however the last try ended.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private const int PathsMax = 8192;
    private readonly ConcurrentDictionary<string, long> _asked = new(StringComparer.Ordinal);
    private readonly IRawRouter _router;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private int _running;

    public Refresher(IRawRouter router, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        _router = router;
        _time = time;
        _log = log;
        _stopping = stopping;
    }

    public bool IsStale(ServedAnswer answer) =>
        answer.FreshUntilTicks != long.MaxValue && answer.FreshUntilTicks < _time.GetUtcNow().UtcTicks;

    /// <summary>Starts a refresh unless one runs or has just run.</summary>
    /// <param name="pluginId">Whose answer.</param>
    /// <param name="request">The request that met the stale answer, marked as a refresh.</param>
    public void Begin(string pluginId, RawRequest request)
    {
        var key = $"{request.BaseUri}{request.Path}";
        var now = _time.GetTimestamp();
        if (_asked.TryGetValue(key, out var last)
            && (last == long.MaxValue || _time.GetElapsedTime(last, now) < Pause))
        {
            return;
        }

        if (_running >= RefreshesMax)
            return;
        if (_asked.Count >= PathsMax)
            Forget();
        var claimed = last == 0 ? _asked.TryAdd(key, long.MaxValue) : _asked.TryUpdate(key, long.MaxValue, last);
        if (!claimed)
            return;
        Interlocked.Increment(ref _running);
        _ = Task.Run(() => RunAsync(key, pluginId, request), CancellationToken.None);
    }

    private async Task RunAsync(string key, string pluginId, RawRequest request)
    {
        try
        {
            if (_router.Find(pluginId).Handler is { } handler)
                await handler.HandleAsync(request, _stopping);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogFailed(_log, e, pluginId, request.Path);
        }
        finally
        {
            _asked[key] = Math.Max(_time.GetTimestamp(), 1);
            Interlocked.Decrement(ref _running);
        }
    }

    private void Forget()
    {
        foreach (var (key, when) in _asked)
        {
            if (when != long.MaxValue)
                _asked.TryRemove(new KeyValuePair<string, long>(key, when));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Plugin {Plugin} could not refresh {Path}")]
    private static partial void LogFailed(ILogger log, Exception e, string plugin, string path);
}
