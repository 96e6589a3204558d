using Grpc.Core;

namespace Samtala.Grpc.Client;

/// <summary>Deadline and cancellation of one call.</summary>
#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose
internal sealed class CallClock
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _caller;
    private readonly ITimer? _timer;
    private bool _deadlinePassed;

    public CallClock(CallOptions options, TimeProvider time)
    {
        _source = new CancellationTokenSource();
        Token = _source.Token;
        _caller = options.CancellationToken.UnsafeRegister(static s => ((CallClock)s!).Cancel(), this);
        if (options.Deadline is not { } deadline || deadline == DateTime.MaxValue)
            return;
        var left = deadline.ToUniversalTime() - time.GetUtcNow().UtcDateTime;
        Timeout = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        _timer = time.CreateTimer(static s => ((CallClock)s!).OnDeadline(), this, Timeout.Value, InfiniteTimeSpan);
    }

    public CancellationToken Token { get; }

    /// <summary>What was left when the call began; null: no deadline.</summary>
    public TimeSpan? Timeout { get; }

    private static TimeSpan InfiniteTimeSpan => System.Threading.Timeout.InfiniteTimeSpan;

    public void Cancel() => _source.Cancel();

    /// <summary>The call has ended: nothing is waited for any more.</summary>
    public void Stop()
    {
        _timer?.Dispose();
        _caller.Dispose();
    }

    public Status Explain(Exception exception)
    {
        if (Volatile.Read(ref _deadlinePassed))
            return new Status(StatusCode.DeadlineExceeded, "The deadline passed.", exception);
        if (_source.IsCancellationRequested || exception is OperationCanceledException)
            return new Status(StatusCode.Cancelled, "The call was given up.", exception);
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpProtocolException protocol && FromHttp2(protocol.ErrorCode) is { } code)
                return new Status(code, protocol.Message, exception);
        }

        return exception is HttpRequestException or IOException
            ? new Status(StatusCode.Unavailable, $"The server does not answer: {exception.Message}", exception)
            : new Status(StatusCode.Internal, exception.Message, exception);
    }

    private static StatusCode? FromHttp2(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        0x1 or 0x2 => StatusCode.Internal, // PROTOCOL_ERROR, INTERNAL_ERROR
        _ => null,
    };

    private void OnDeadline()
    {
        Volatile.Write(ref _deadlinePassed, true);
        Cancel();
    }
}
