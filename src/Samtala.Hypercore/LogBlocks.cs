using System.Runtime.CompilerServices;
using Samtala.Hypercore.Bees;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore;

/// <summary>A log as the structures on logs read and write it.</summary>
internal sealed class LogBlocks(Log log) : IBeeLog
{
    public ulong Length => Head.Length;

    public ulong Fork => Head.Fork;

    public bool IsWritable => log.IsWritable;

    /// <summary>With what waits for a flush: the writer reads its own writes.</summary>
    private LogHead Head => log.IsSnapshot ? log.Head : log.Replicated.AcceptedHead;

    /// <summary>Waits for peers when there can be any.</summary>
    /// <returns>Null when the block is not here and nobody can be asked.</returns>
    public static async ValueTask<byte[]?> ReadAsync(Log log, ulong index, CancellationToken cancellationToken)
    {
        byte[]? block = await log.GetAsync(index, default, cancellationToken).ConfigureAwait(false);
        return block is not null || log.Replicated.Fetcher is null
            ? block
            : await log.GetAsync(index, new LogRead { Wait = true }, cancellationToken).ConfigureAwait(false);
    }

    public bool Has(ulong index) => log.Replicated.HasAccepted(index);

    public ValueTask<byte[]?> ReadAsync(ulong index, CancellationToken cancellationToken) =>
        ReadAsync(log, index, cancellationToken);

    public async ValueTask AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, Durability durability, CancellationToken cancellationToken) =>
        await log.AppendAsync(blocks, durability, cancellationToken).ConfigureAwait(false);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => log.FlushAsync(cancellationToken);

    public async IAsyncEnumerable<bool> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<LogChange> changes = log.WatchAsync(stopping.Token).GetAsyncEnumerator(stopping.Token);
        Task<bool>? next = null;
        try
        {
            do
            {
                // Listens before the state is looked at, so that nothing falls between.
                next = changes.MoveNextAsync().AsTask();
                yield return true;
            }
            while (await next.ConfigureAwait(false));
        }
        finally
        {
            // A listener can only be let go of once it has stopped waiting.
            await stopping.CancelAsync().ConfigureAwait(false);
            if (next is not null)
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changes.DisposeAsync().ConfigureAwait(false);
        }
    }
}
