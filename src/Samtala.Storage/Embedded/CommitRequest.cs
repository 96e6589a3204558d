using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>Something that waits for its turn at the committer.</summary>
internal abstract class CommitRequest
{
    public TaskCompletionSource<CommitResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A batch, or a flush if it holds nothing.</summary>
internal sealed class BatchRequest(bool isDurable) : CommitRequest
{
    public bool IsDurable => isDurable;

    public WriteOperation[] Expectations { get; init; } = [];

    public StoreOperation[] Operations { get; init; } = [];

    /// <summary>Bytes of the operations in the record.</summary>
    public int Size { get; init; }

    /// <summary>Makes what the record names durable; throws a <see cref="StoreException"/> when the disk refuses.
    /// </summary>
    public Action? MakeReady { get; init; }

    /// <summary>Told whether the batch committed, before the caller is.</summary>
    public Action<bool>? Ended { get; init; }

    public void Finish(CommitResult result)
    {
        Ended?.Invoke(result.Committed);
        Done.TrySetResult(result);
    }

    public void Fail(Exception error)
    {
        Ended?.Invoke(false);
        Done.TrySetException(error);
    }
}

/// <summary>Work that must run alone, between groups.</summary>
internal sealed class ExclusiveRequest(Func<ValueTask> work) : CommitRequest
{
    public Func<ValueTask> Work => work;
}
