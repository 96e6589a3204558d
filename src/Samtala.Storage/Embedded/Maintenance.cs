using Microsoft.Extensions.Logging;
using Samtala.Storage.Extents;
using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>What an idle store does: checkpoints, gives space back, looks for damage.</summary>
internal sealed partial class Maintenance : IAsyncDisposable
{
    private const long TableChunk = 1 << 20;
    private const long TableSlack = 16 << 20;
    private const long SmallFile = 16 << 20;
    private const int SmallFilesMax = 4;

    private readonly StoreContents _contents;
    private readonly Committer _committer;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _one = new(1);
    private uint _lastScrubbed;
    private Task _loop = Task.CompletedTask;

    public Maintenance(
        StoreContents contents, Committer committer, (TimeSpan Interval, TimeProvider Time) clock, ILogger logger)
    {
        _contents = contents;
        _committer = committer;
        (_interval, _time) = clock;
        _log = logger;
    }

    public void Start()
    {
        if (_interval > TimeSpan.Zero)
            _loop = RunAsync();
    }

    /// <summary>Stops between two steps and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await _one.WaitAsync(CancellationToken.None);
        _one.Dispose();
        _stopping.Dispose();
    }

    public ValueTask PlacePayloadsAsync(CancellationToken cancellationToken) => _committer.RunAloneAsync(
        () =>
        {
            try
            {
                _contents.PlacePayloads();
                return ValueTask.CompletedTask;
            }
            catch (IOException e) when (e is not StoreException)
            {
                throw StoreErrors.Refused("to give an extent a file", e);
            }
        },
        cancellationToken);

    public async Task CompactAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _one.WaitAsync(either.Token);
        try
        {
            await _committer.CheckpointAsync(either.Token);
            var small = _contents.Extents.All.Count(f => f.Live > 0 && f.Length < SmallFile);
            foreach (var file in _contents.Extents.All.ToList())
            {
                var mostlyDead = file.Live < file.Length / 2;
                var merges = small > SmallFilesMax && file.Length < SmallFile;
                if (file.Live > 0 && (mostlyDead || merges) && _contents.Extents.TrySeal(file))
                    await RewriteAsync(file, either.Token);
            }

            await CompactTableAsync(either.Token);
            await _committer.CheckpointAsync(either.Token);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<IReadOnlyList<string>> ScrubAsync(CancellationToken cancellationToken)
    {
        List<string> damaged = [];
        foreach (var file in _contents.Extents.All.ToList())
            await ScrubAsync(file, damaged, cancellationToken);
        await _committer.RunAloneAsync(
            () =>
            {
                damaged.AddRange(_contents.Table.FindDamage());
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return damaged;
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                try
                {
                    await CompactAsync(_stopping.Token);
                    await ScrubNextAsync(_stopping.Token);
                }
                catch (StoreException e)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Closing.
        }
    }

    private async Task ScrubNextAsync(CancellationToken cancellationToken)
    {
        var next = _contents.Extents.All.FirstOrDefault(f => f.Number > _lastScrubbed);
        _lastScrubbed = next?.Number ?? 0;
        if (next is null)
            return;
        List<string> damaged = [];
        await ScrubAsync(next, damaged, cancellationToken);
        foreach (var sentence in damaged)
            LogDamaged(sentence);
    }

    private async Task ScrubAsync(ExtentFile file, List<string> damaged, CancellationToken cancellationToken)
    {
        long live = 0;
        try
        {
            foreach (var (id, place) in ExtentWalk.Of(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!_contents.TryFindPlace(id, out var now) || now != place)
                    continue;
                live += place.Footprint;
                try
                {
                    await Task.Yield();
                    _contents.Extents.Verify(id, place);
                }
                catch (StoreCorruptException e)
                {
                    damaged.Add(e.Message);
                }
            }
        }
        catch (KeyNotFoundException)
        {
            return; // Compaction was faster.
        }
        catch (IOException e)
        {
            damaged.Add($"Extent file '{file.Path}' cannot be read: {e.Message}");
        }

        if (live < file.Live && !file.IsRented)
            damaged.Add($"Extent file '{file.Path}' is damaged: {file.Live - live} live bytes cannot be found.");
    }

    /// <summary>Copies what is live to other files; the checkpoint that follows deletes this one.</summary>
    private async Task RewriteAsync(ExtentFile file, CancellationToken cancellationToken)
    {
        List<(ExtentId Id, ExtentPlace From, ExtentPlace To)> moves = [];
        try
        {
            foreach (var (id, place) in ExtentWalk.Of(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_contents.TryFindPlace(id, out var now) && now == place && place.Length <= ExtentFiles.FileSizeMax)
                    moves.Add((id, place, Copy(id, place)));
            }

            foreach (var target in moves.Select(m => _contents.Extents.FileOf(m.To)).Distinct().ToList())
                target.Sync(target.Length);
            await _committer.RunAloneAsync(() => MoveAsync(moves), cancellationToken);
        }
        catch (IOException e)
        {
            // The old place stays valid, and a damaged extent stays where it is so that it can be named.
            LogNotRewritten(file.Path, e);
        }
        finally
        {
            foreach (var (_, _, to) in moves)
                _contents.Extents.FileOf(to).AddStaged(-to.Footprint);
        }
    }

    private ExtentPlace Copy(ExtentId id, ExtentPlace place)
    {
        var bytes = new byte[place.Length];
        _ = _contents.Extents.Read(id, place, 0, bytes);
        var target = _contents.Extents.Rent(place.Footprint);
        try
        {
            var to = ExtentFiles.Append(target, id, bytes);
            target.AddStaged(to.Footprint);
            return to;
        }
        finally
        {
            _contents.Extents.Return(target);
        }
    }

    private ValueTask MoveAsync(List<(ExtentId Id, ExtentPlace From, ExtentPlace To)> moves) =>
        _committer.CommitAloneAsync([.. moves
            .Where(m => _contents.TryFindPlace(m.Id, out var now) && now == m.From)
            .Select(m => new StoreOperation(OperationKind.MoveExtent, "", false, default, default, m.Id, m.To))]);

    private async Task CompactTableAsync(CancellationToken cancellationToken)
    {
        var table = _contents.Table;
        if (table.Size <= table.CompactedSize + (table.CompactedSize / 4) + TableSlack)
            return;
        var until = 0L;
        await _committer.RunAloneAsync(
            () =>
            {
                until = table.CompactionEnd();
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        for (var done = false; !done;)
        {
            await _committer.RunAloneAsync(
                () =>
                {
                    done = table.CompactChunk(until, TableChunk);
                    _committer.MarkDirty();
                    if (done)
                        table.EndCompaction();
                    return ValueTask.CompletedTask;
                },
                cancellationToken);
        }
    }

    [LoggerMessage(20, LogLevel.Warning, "Maintenance failed; it is tried again")]
    private partial void LogFailed(Exception error);

    [LoggerMessage(21, LogLevel.Error, "{Sentence}")]
    private partial void LogDamaged(string sentence);

    [LoggerMessage(22, LogLevel.Warning, "Extent file {Path} could not be rewritten")]
    private partial void LogNotRewritten(string path, Exception error);
}
