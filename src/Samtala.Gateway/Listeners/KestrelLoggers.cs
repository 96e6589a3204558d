using Microsoft.Extensions.Logging;

namespace Samtala.Gateway.Listeners;

/// <summary>Kestrel's log without one warning that is not true here: that the Unix socket speaks HTTP/1.1 only
/// (<see cref="FirstBytes"/> chooses).</summary>
internal sealed class KestrelLoggers : ILoggerFactory
{
    private const int Http2NotEnabled = 64;
    private readonly ILoggerFactory _inner;

    public KestrelLoggers(ILoggerFactory inner) => _inner = inner;

    public ILogger CreateLogger(string categoryName) => new Quiet(_inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => _inner.AddProvider(provider);

    public void Dispose()
    {
        // The inner factory is not ours.
    }

    private sealed class Quiet : ILogger
    {
        private readonly ILogger _inner;

        public Quiet(ILogger inner) => _inner = inner;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => _inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != Http2NotEnabled)
                _inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
