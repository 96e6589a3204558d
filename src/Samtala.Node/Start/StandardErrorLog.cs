using System.Globalization;
using Microsoft.Extensions.Logging;
using Samtala.Node.Config;

namespace Samtala.Node.Start;

/// <summary>The node's log: one line for each event on standard error, newest last.</summary>
internal sealed class StandardErrorLog(TextWriter target, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <summary>A factory with this log; SAMTALA_LOG sets the level (debug, information, warning, error).</summary>
    public static ILoggerFactory Factory(TextWriter target, TimeProvider time, IEnvironment environment)
    {
        var level = Enum.TryParse<LogLevel>(environment.Variable("SAMTALA_LOG"), ignoreCase: true, out var told)
            ? told
            : LogLevel.Information;
        return LoggerFactory.Create(builder => builder
            .SetMinimumLevel(level)
            .AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning)
            // It warns that a socket without TLS cannot speak HTTP/2; the door looks at the first bytes, so ours can.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddProvider(new StandardErrorLog(target, time)));
    }

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string message, Exception? error)
    {
        var stamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var word = level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            _ => "error",
        };
        lock (_gate)
        {
            target.WriteLine($"{stamp} {word} {category}: {message}");
            if (error is not null)
                target.WriteLine(error);
            target.Flush();
        }
    }

    private sealed class Lines(StandardErrorLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            log.Write(logLevel, category, formatter(state, exception), exception);
    }
}
