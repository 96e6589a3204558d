namespace Samtala.Hypercore;

/// <summary>Lets one writer in at a time, in the order of arrival.</summary>
internal sealed class Turn
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isTaken;

    /// <summary>Waits for the turn; completes at once when it is free.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return default;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        return new ValueTask(WaitAsync(turn, cancellationToken));
    }

    public void Release()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    return;
            }

            _isTaken = false;
        }
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn))
        {
            await turn.Task;
        }
    }
}
