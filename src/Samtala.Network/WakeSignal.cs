using System.Threading.Tasks.Sources;

namespace Samtala.Network;

/// <summary>Wakes one waiter; set before the wait, the wait returns at once. No allocation.</summary>
internal sealed class WakeSignal : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private bool _isSet;
    private bool _isWaiting;

    internal void Set()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
            _core.SetResult(true);
        }
    }

    internal ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _isWaiting = true;
            _core.Reset();
            return new ValueTask(this, _core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
