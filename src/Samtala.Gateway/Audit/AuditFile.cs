using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Samtala.Gateway;

/// <summary>The audit log as two files of JSON lines: the current one and, once that is full, the one before it.
/// </summary>
public sealed partial class AuditFile : IAuditLog, IAsyncDisposable
{
    /// <summary>Size at which a file becomes the one before, in bytes.</summary>
    public const int FileSizeMax = 4 * 1024 * 1024;

    /// <summary>Longest action that is kept, in characters.</summary>
    public const int ActionLengthMax = 512;

    private const int WaitingMax = 4096;
    private const string EarlierSuffix = ".1";
    private readonly string _path;
    private readonly ILogger _log;
    private readonly Channel<Item> _waiting = Channel.CreateBounded<Item>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Task _writing;
    private long _lost;

    /// <summary>Opens or makes the log.</summary>
    /// <param name="path">The current file; its folder is there.</param>
    /// <param name="log">Told when writes cannot be recorded.</param>
    public AuditFile(string path, ILogger log)
    {
        _path = path;
        _log = log;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Records that could not be kept: the disk refused, or it was too slow.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <inheritdoc/>
    public void Record(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var kept = record with { Action = record.Action[..Math.Min(record.Action.Length, ActionLengthMax)] };
        if (!_waiting.Writer.TryWrite(new Item(kept, null)))
            Lose(1, null);
    }

    /// <summary>Reads the newest records, after everything recorded before this call was written.</summary>
    /// <param name="skip">How many of the newest to leave out, from 0.</param>
    /// <param name="limit">How many to return, 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Newest first.</returns>
    public async ValueTask<IReadOnlyList<AuditRecord>> ReadAsync(
        int skip, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync(new Item(null, written), cancellationToken);
        await written.Task.WaitAsync(cancellationToken);
        var found = await LinesAsync(_path, cancellationToken);
        if (found.Count < skip + limit)
            found = [.. await LinesAsync(_path + EarlierSuffix, cancellationToken), .. found];
        found.Reverse();
        return [.. found.Skip(skip).Take(limit)];
    }

    /// <summary>Writes what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
    }

    private static async Task<List<AuditRecord>> LinesAsync(string path, CancellationToken cancellationToken)
    {
        List<AuditRecord> records = [];
        if (!File.Exists(path))
            return records;
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            if (TryRead(line) is { } record)
                records.Add(record);
        }

        return records;
    }

    // A line torn by a power cut is left out.
    private static AuditRecord? TryRead(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditRecord>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task WriteAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            using var lines = new MemoryStream();
            List<TaskCompletionSource> readers = [];
            var count = 0;
            while (lines.Length < FileSizeMax / 4 && _waiting.Reader.TryRead(out var item))
            {
                if (item.Written is not null)
                    readers.Add(item.Written);
                if (item.Record is null)
                    continue;
                await JsonSerializer.SerializeAsync(lines, item.Record);
                lines.WriteByte((byte)'\n');
                count++;
            }

            await AppendAsync(lines, count);
            foreach (var reader in readers)
                reader.TrySetResult();
        }
    }

    private async Task AppendAsync(MemoryStream lines, int count)
    {
        if (lines.Length == 0)
            return;
        try
        {
            if (File.Exists(_path) && new FileInfo(_path).Length + lines.Length > FileSizeMax)
                File.Move(_path, _path + EarlierSuffix, overwrite: true);
            await using var file = new FileStream(_path, NewOptions());
            lines.Position = 0;
            await lines.CopyToAsync(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Lose(count, e);
        }
    }

    private static FileStreamOptions NewOptions()
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private void Lose(int count, Exception? e)
    {
        Interlocked.Add(ref _lost, count);
        LogLost(_log, e, count, _path);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} audit records could not be written to {Path}")]
    private static partial void LogLost(ILogger log, Exception? e, int count, string path);

    private readonly record struct Item(AuditRecord? Record, TaskCompletionSource? Written);
}
