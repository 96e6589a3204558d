using Microsoft.Extensions.Logging;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>One plugin through all its lives: starts, stops, and starts it again after a crash.</summary>
internal sealed class PluginSlot : IAsyncDisposable
{
    private readonly NodeKernel _kernel;
    private readonly AsyncLock _one = new();
    private readonly Backoff _backoff = new();
    private PluginSource _source;
    private PluginEntry _entry;
    private PluginRun? _run;
    private CancellationTokenSource _life = new();
    private volatile PluginStatus _status;
    private int _crashCount;

    public PluginSlot(NodeKernel kernel, PluginSource source, PluginEntry entry)
    {
        _kernel = kernel;
        _source = source;
        _entry = entry;
        Id = entry.Id;
        Endpoint = new RawEndpoint(Id);
        Log = new PluginLog(Id, kernel.Parts.Time, kernel.Parts.Logs);
        _status = Describe(PluginState.Disabled, $"It is disabled. Enable it: samtala plugin enable {Id}");
    }

    public string Id { get; }

    public RawEndpoint Endpoint { get; }

    public PluginLog Log { get; }

    public PluginStatus Status => _status;

    public PluginSource Source => _source;

    /// <summary>The newest unloaded code; dead when it is gone. For tests and doctor.</summary>
    public WeakReference? LastUnloaded { get; private set; }

    /// <summary>Stops what runs and starts what should, from the files as they are now.</summary>
    public async Task ApplyAsync(PluginSource source, PluginEntry entry, CancellationToken cancellationToken)
    {
        using var held = await _one.EnterAsync(cancellationToken);
        await StopRunAsync(collect: true);
        if (entry.Enabled && !_entry.Enabled)
            _crashCount = 0;
        (_source, _entry) = (source, entry);
        _backoff.Reset();
        await StartRunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        using var held = await _one.EnterAsync(CancellationToken.None);
        _entry = _entry with { Enabled = false };
        await StopRunAsync(collect: false);

        _life.Dispose();
    }

    private async Task StartRunAsync(CancellationToken cancellationToken)
    {
        if (!_entry.Enabled)
        {
            Become(PluginState.Disabled, $"It is disabled. Enable it: samtala plugin enable {Id}");
            return;
        }

        if (_source.Manifest is not { } manifest || _source.Problem.Length > 0)
        {
            Become(PluginState.Unsupported, _source.Problem);
            return;
        }

        var missing = manifest.Needs.Where(need => !Grant.Covers(_entry.Grants, need)).ToArray();
        if (missing.Length > 0)
        {
            Become(
                PluginState.AwaitingConsent,
                $"It asks for what you did not allow: {string.Join(", ", missing.Select(Grant.Describe))}. Allow it: "
                + $"samtala plugin enable {Id} {string.Join(' ', missing.Select(m => $"--grants \"{m}\""))}");
            return;
        }

        Become(PluginState.Starting, "");
        await TryStartAsync(manifest, cancellationToken);
    }

    private async Task TryStartAsync(PluginManifest manifest, CancellationToken cancellationToken)
    {
        var time = _kernel.Parts.Time;
        var limit = _kernel.Options.StartTimeout;
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            _run = await PluginRun.StartAsync(
                _source.Folder, _kernel.CreateSetup(manifest, _entry, Log), Endpoint, _kernel.Parts.Services,
                    either.Token);
            Become(PluginState.Running, "");
            _ = WatchAsync(_run.Crashed, _life.Token);
        }
        catch (PluginException e)
        {
            // The files are wrong: trying again would not help.
            Become(PluginState.Unsupported, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Become(PluginState.Disabled, "Its start was given up.");
        }
        catch (Exception e)
        {
            Crash(late.IsCancellationRequested
                ? $"It did not start within {limit.TotalSeconds:0} s."
                : $"It did not start: {e.GetType().Name}: {e.Message}", TimeSpan.Zero);
            if (!late.IsCancellationRequested)
                Log.Write(LogLevel.Error, e.ToString());
        }
    }

    /// <summary>Waits for a worker's failure; ends quietly when this life ends.</summary>
    private async Task WatchAsync(Task crashed, CancellationToken life)
    {
        try
        {
            await crashed.WaitAsync(life);
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            await RunAgainAsync(() => CrashRunAsync(e.Message), life);
        }
    }

    private async Task CrashRunAsync(string message)
    {
        var ran = _run is { } run ? _kernel.Parts.Time.GetElapsedTime(run.StartedAt) : TimeSpan.Zero;
        await StopRunAsync(collect: true);
        Crash(message, ran);
    }

    private void Crash(string reason, TimeSpan ran)
    {
        var delay = _backoff.Next(ran);
        _crashCount++;
        Become(
            PluginState.Crashed,
            $"{reason} It is started again after {delay.TotalSeconds:0} s. See: samtala plugin logs {Id}",
            _kernel.Parts.Time.GetUtcNow() + delay);
        _ = RetryAsync(delay, _life.Token);
    }

    private async Task RetryAsync(TimeSpan delay, CancellationToken life)
    {
        try
        {
            await Task.Delay(delay, _kernel.Parts.Time, life);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await RunAgainAsync(() => StartRunAsync(CancellationToken.None), life);
    }

    /// <summary>Acts on behalf of a life, unless that ended in the meantime.</summary>
    private async Task RunAgainAsync(Func<Task> act, CancellationToken life)
    {
        using var held = await _one.EnterAsync(CancellationToken.None);
        try
        {
            if (!life.IsCancellationRequested)
                await act();
        }
        catch (Exception e)
        {
            Log.Write(LogLevel.Critical, $"Supervision failed: {e}");
        }
    }

    private async Task StopRunAsync(bool collect)
    {
        // Whatever still waits on behalf of the old life must not act any more.
        await _life.CancelAsync();
        _life.Dispose();
        _life = new CancellationTokenSource();
        if (_run is null)
            return;
        LastUnloaded = await EndAsync();
        if (collect && !await Unloading.CollectAsync(LastUnloaded))
            Log.Write(LogLevel.Warning, "Its old code is still in memory: something refers to it (docs/plugins.md).");
    }

    private Task<WeakReference> EndAsync()
    {
        var run = _run!;
        _run = null;
        return run.StopAsync();
    }

    private void Become(PluginState state, string reason, DateTimeOffset? retry = null)
    {
        _status = Describe(state, reason) with { CrashCount = _crashCount, RetryTime = retry };
        Log.Write(
            state is PluginState.Crashed or PluginState.Unsupported ? LogLevel.Error : LogLevel.Information,
            reason.Length == 0 ? $"{state}" : $"{state}: {reason}");
        _kernel.Plugins.Announce(_status);
    }

    private PluginStatus Describe(PluginState state, string reason)
    {
        var ui = _source.Manifest is { Ui.Length: > 0 } manifest ? Path.Combine(_source.Folder, manifest.Ui) : null;
        return new PluginStatus(Id, state, reason)
        {
            Manifest = _source.Manifest,
            Grants = _entry.Grants,
            UiFile = ui is not null && File.Exists(ui) ? ui : null,
            IsBundled = _source.IsBundled,
            Folder = _source.Folder,
        };
    }
}
