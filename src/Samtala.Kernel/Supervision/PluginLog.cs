using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Samtala.Kernel;

/// <summary>One line a plugin logged, or the node logged about it.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How bad.</param>
/// <param name="Message">At most 4096 characters.</param>
public sealed record PluginLogLine(DateTimeOffset Time, LogLevel Level, string Message);

/// <summary>The newest lines of one plugin; also what its container uses as logging.</summary>
internal sealed class PluginLog(string id, TimeProvider time, ILoggerFactory node) : ILoggerFactory
{
    private const int LinesMax = 1000;
    private const int LineSizeMax = 4096;
    private readonly Lock _gate = new();
    private readonly Queue<PluginLogLine> _lines = new();
    private readonly List<Channel<PluginLogLine>> _followers = [];
    private readonly ILogger _node = node.CreateLogger($"plugin.{id}");

    /// <summary>The node's own words about the plugin.</summary>
    public void Write(LogLevel level, string message)
    {
        var line = new PluginLogLine(
            time.GetUtcNow(), level, message.Length <= LineSizeMax ? message : message[..LineSizeMax]);
        lock (_gate)
        {
            if (_lines.Count == LinesMax)
                _lines.Dequeue();
            _lines.Enqueue(line);
            foreach (var follower in _followers)
                follower.Writer.TryWrite(line);
        }

        _node.Log(level, "{Message}", line.Message);
    }

    public IReadOnlyList<PluginLogLine> Newest(int count)
    {
        lock (_gate)
            return [.. _lines.TakeLast(count)];
    }

    public async IAsyncEnumerable<PluginLogLine> ReadAsync(
        bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<PluginLogLine>(
            new BoundedChannelOptions(LinesMax) { FullMode = BoundedChannelFullMode.DropOldest });
        PluginLogLine[] lines;
        lock (_gate)
        {
            lines = [.. _lines];
            if (follow)
                _followers.Add(channel);
        }

        try
        {
            foreach (var line in lines)
                yield return line;
            if (!follow)
                yield break;
            await foreach (var line in channel.Reader.ReadAllAsync(cancellationToken))
                yield return line;
        }
        finally
        {
            lock (_gate)
                _followers.Remove(channel);
        }
    }

    public ILogger CreateLogger(string categoryName) =>
        new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("A plugin's log goes to the node; it has no providers of its own.");

    public void Dispose()
    {
        // The log outlives the plugin's container.
    }

    private sealed class Logger(PluginLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Debug and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            // Text only: nothing of the plugin's own types may stay behind.
            var text = $"{category}: {formatter(state, exception)}";
            log.Write(logLevel, exception is null ? text : $"{text}\n{exception}");
        }
    }
}
