using System.Runtime.CompilerServices;
using Samtala.Hypercore.Bees;
using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Bees;

/// <summary>A log that is a list. Blocks can be made to come from a peer, late, and counted.</summary>
internal sealed class ListLog : IBeeLog
{
    private readonly List<TaskCompletionSource> _watchers = [];
    private readonly HashSet<ulong> _arrived = [];

    public List<byte[]> Blocks { get; init; } = [];

    /// <summary>The blocks that were asked of a peer, in order.</summary>
    public List<ulong> Asked { get; } = [];

    /// <summary>Whether blocks must come from a peer.</summary>
    public bool IsRemote { get; init; }

    /// <summary>Most that were waited for at a time.</summary>
    public int WaitingMax { get; private set; }

    public ulong Length => (ulong)Blocks.Count;

    public ulong Fork { get; private set; }

    public bool IsWritable { get; init; } = true;

    private List<(ulong Seq, TaskCompletionSource<byte[]?> Done)> Waiting { get; } = [];

    public bool Has(ulong index) => !IsRemote || _arrived.Contains(index);

    public ValueTask<byte[]?> ReadAsync(ulong index, CancellationToken cancellationToken)
    {
        if (index >= Length)
            return new((byte[]?)null);
        if (Has(index))
            return new(Blocks[(int)index]);
        lock (Asked)
        {
            Asked.Add(index);
            TaskCompletionSource<byte[]?> done = new();
            Waiting.Add((index, done));
            WaitingMax = Math.Max(WaitingMax, Waiting.Count);
            return new(done.Task);
        }
    }

    /// <summary>One round trip: everything asked for so far arrives.</summary>
    public bool Deliver()
    {
        (ulong Seq, TaskCompletionSource<byte[]?> Done)[] due;
        lock (Asked)
        {
            due = [.. Waiting];
            Waiting.Clear();
        }

        foreach ((ulong seq, TaskCompletionSource<byte[]?> done) in due)
        {
            _arrived.Add(seq);
            done.SetResult(Blocks[(int)seq]);
        }

        return due.Length > 0;
    }

    public ValueTask AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, Durability durability, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> block in blocks)
            Blocks.Add(block.ToArray());
        Tell();
        return default;
    }

    public void Truncate(int length)
    {
        Blocks.RemoveRange(length, Blocks.Count - length);
        Fork++;
        Tell();
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public async IAsyncEnumerable<bool> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_watchers)
                _watchers.Add(next);
            yield return true;
            await next.Task.WaitAsync(cancellationToken);
        }
    }

    private void Tell()
    {
        TaskCompletionSource[] all;
        lock (_watchers)
        {
            all = [.. _watchers];
            _watchers.Clear();
        }

        foreach (TaskCompletionSource watcher in all)
            watcher.TrySetResult();
    }
}
