using System.Globalization;
using Samtala.Abstractions;

namespace Samtala.Fetch;

/// <summary>How long one exchange waits: as a whole, and at a stretch for a server that sends nothing.</summary>
internal sealed class Patience : IDisposable
{
    private static readonly TimeSpan s_timeoutMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_timeoutMax = TimeSpan.FromHours(24);
    private readonly FetchRequest _request;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _any;
    private readonly CancellationToken _caller;

    /// <summary>Begins to count the whole; <see cref="WaitAsync"/> counts the stretches.</summary>
    /// <param name="request">Has the limits.</param>
    /// <param name="time">Counts.</param>
    /// <param name="caller">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public Patience(FetchRequest request, TimeProvider time, CancellationToken caller)
    {
        Check(request.Timeout, nameof(FetchRequest.Timeout));
        Check(request.IdleTimeout, nameof(FetchRequest.IdleTimeout));
        _request = request;
        _caller = caller;
        _late = new CancellationTokenSource(request.Timeout, time);
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _any = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, _idle.Token, caller);
    }

    /// <summary>Ends with either limit, or with the caller.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>Whether a limit was reached, and not the caller gave up.</summary>
    public bool IsOver => (_late.IsCancellationRequested || _idle.IsCancellationRequested)
        && !_caller.IsCancellationRequested;

    /// <summary>Waits for the server.</summary>
    public async ValueTask<T> WaitAsync<T>(ValueTask<T> server)
    {
        _idle.CancelAfter(_request.IdleTimeout);
        try
        {
            return await server;
        }
        finally
        {
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What to tell when <see cref="IsOver"/>.</summary>
    public FetchException TimedOut(Exception inner) => new(
        FetchFailure.TimedOut,
        _idle.IsCancellationRequested
            ? $"{OutboundHttp.Plain(_request.Uri)} sent nothing for {Seconds(_request.IdleTimeout)} s."
            : $"{OutboundHttp.Plain(_request.Uri)} took longer than {Seconds(_request.Timeout)} s.",
        inner);

    public void Dispose()
    {
        _any.Dispose();
        _idle.Dispose();
        _late.Dispose();
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);

    private static void Check(TimeSpan timeout, string name)
    {
        if (timeout < s_timeoutMin || timeout > s_timeoutMax)
            throw new ArgumentOutOfRangeException(name, timeout, "A timeout is 100 ms to 24 hours.");
    }
}
