namespace Samtala.Kernel;

/// <summary>Counts calls into something that will go away, and waits for them when it does.</summary>
#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose
internal sealed class CallGate
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource? _idle;
    private int _calls;
    private bool _closed;

    /// <summary>Cancelled when calls must end.</summary>
    public CancellationToken Closing => _closing.Token;

    public bool TryEnter()
    {
        lock (_gate)
        {
            if (!_closed)
                _calls++;
            return !_closed;
        }
    }

    public void Exit()
    {
        lock (_gate)
        {
            if (--_calls == 0)
                _idle?.TrySetResult();
        }
    }

    /// <summary>Lets no call in, gives those inside some time, then cancels them and gives them as long
    /// again.</summary>
    public async Task<bool> CloseAsync(TimeSpan drain, TimeProvider time)
    {
        Task idle;
        lock (_gate)
        {
            _closed = true;
            if (_calls == 0)
                return true;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        if (await EndsAsync(idle, drain, time))
            return true;
        await _closing.CancelAsync();
        return await EndsAsync(idle, drain, time);
    }

    private static async Task<bool> EndsAsync(Task task, TimeSpan limit, TimeProvider time)
    {
        try
        {
            await task.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
