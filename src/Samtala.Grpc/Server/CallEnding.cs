using Grpc.Core;

namespace Samtala.Grpc.Server;

/// <summary>Everything that may end a call before its handler does: the caller leaves, the deadline passes, the
/// service goes. Made only for calls that need it.</summary>
internal sealed class CallEnding(Action<Status> endEarly) : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private CancellationTokenRegistration _aborted;
    private CancellationTokenRegistration _removed;
    private ITimer? _timer;

    public CancellationToken Token => _source.Token;

    public void Link(CancellationToken aborted, CancellationToken removed)
    {
        _aborted = aborted.UnsafeRegister(static s => ((CallEnding)s!)._source.Cancel(), this);
        _removed = removed.UnsafeRegister(
            static s => ((CallEnding)s!).End(new Status(StatusCode.Unavailable, "The service was taken away.")), this);
    }

    public void StartTimer(TimeProvider time, TimeSpan timeout) => _timer = time.CreateTimer(
        static s => ((CallEnding)s!).End(new Status(StatusCode.DeadlineExceeded, "The deadline passed.")),
        this,
        timeout,
        Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer?.Dispose();
        _aborted.Dispose();
        _removed.Dispose();
        _source.Dispose();
    }

    private void End(Status status)
    {
        endEarly(status);
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended at the same moment.
        }
    }
}
