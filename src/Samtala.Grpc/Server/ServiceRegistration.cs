namespace Samtala.Grpc.Server;

/// <summary>Services that came together and go together, such as those of one plugin.</summary>
#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose
public sealed class ServiceRegistration
#pragma warning restore CA1001
{
    /// <summary>How long handlers have to end after they were cancelled.</summary>
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(5);

    private readonly ServiceRegistry _registry;
    private readonly CancellationTokenSource _removed = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private int _calls;
    private bool _closed;

    internal ServiceRegistration(ServiceRegistry registry, string name)
    {
        _registry = registry;
        Name = name;
        RemovedToken = _removed.Token;
    }

    /// <summary>Whose services these are: a plugin's id or "node".</summary>
    public string Name { get; }

    /// <summary>Calls being served now.</summary>
    public int CallsInFlight => Volatile.Read(ref _calls);

    /// <summary>Cancelled when calls must end because the services are gone.</summary>
    internal CancellationToken RemovedToken { get; }

    /// <summary>Takes the services away. New calls get UNIMPLEMENTED at once; those in flight may finish within
    /// <paramref name="drain"/>, are then cancelled with UNAVAILABLE and given <see cref="CancelGrace"/>.</summary>
    /// <returns>True when no call is in flight any more; false when a handler did not heed its cancellation.</returns>
    public async Task<bool> RemoveAsync(TimeSpan drain, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _registry.Remove(this);
        Task idle;
        lock (_gate)
        {
            _closed = true;
            if (_calls == 0)
                return true;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        if (await EndsWithinAsync(idle, drain, time))
            return true;
        await _removed.CancelAsync();
        return await EndsWithinAsync(idle, CancelGrace, time);
    }

    internal bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            _calls++;
            return true;
        }
    }

    internal void Exit()
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            if (--_calls == 0)
                idle = _idle;
        }

        idle?.TrySetResult();
    }

    private static async Task<bool> EndsWithinAsync(Task idle, TimeSpan limit, TimeProvider time)
    {
        try
        {
            await idle.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
