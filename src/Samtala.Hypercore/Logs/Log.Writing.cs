using Samtala.Hypercore.Logs.Core;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs;

/// <content>What changes the log.</content>
public sealed partial class Log
{
    /// <summary>Appends one block.</summary>
    /// <param name="block">Read before the call returns.</param>
    /// <param name="durability">When the call completes. <see cref="Durability.Later"/>: readable here at once,
    /// invisible to peers and watchers until a flush.</param>
    /// <param name="cancellationToken">Gives up waiting; the block may be appended all the same.</param>
    /// <returns>Its index.</returns>
    /// <exception cref="LogException">The log cannot be written, or the block is too large.</exception>
    /// <exception cref="StoreException">The disk refused; the block, and every other one that was not durable, is
    /// gone.</exception>
    public ValueTask<ulong> AppendAsync(
        ReadOnlyMemory<byte> block, Durability durability = Durability.Durable,
        CancellationToken cancellationToken = default) =>
        AppendAsync([block], durability, cancellationToken);

    /// <summary>Appends blocks in order: all or none, whatever happens.</summary>
    /// <param name="blocks">Read before the call returns.</param>
    /// <param name="durability">When the call completes. <see cref="Durability.Later"/>: readable here at once,
    /// invisible to peers and watchers until a flush.</param>
    /// <param name="cancellationToken">Gives up waiting; the blocks may be appended all the same.</param>
    /// <returns>The index of the first.</returns>
    /// <exception cref="LogException">The log cannot be written, or a limit of <see cref="LogLimits"/> is met.
    /// </exception>
    /// <exception cref="StoreException">The disk refused; the blocks, and all others that were not durable, are
    /// gone.</exception>
    public ValueTask<ulong> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, Durability durability = Durability.Durable,
        CancellationToken cancellationToken = default)
    {
        CheckChangeable(blocks);
        return _core.AppendAsync(blocks, _cipher, new AppendTerms(durability), cancellationToken);
    }

    /// <summary>The head that blocks would make, for signers to sign: see <c>LogAuthority.SignPart</c>. Nothing
    /// changes.</summary>
    /// <param name="blocks">What <see cref="AppendSignedAsync"/> will append.</param>
    public LogHead PrepareAppend(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        CheckChangeable(blocks);
        return _core.Preview(blocks, _cipher);
    }

    /// <summary>Appends blocks with a signature that was collected.</summary>
    /// <param name="blocks">As given to <see cref="PrepareAppend"/>.</param>
    /// <param name="signature">In wire form, of the head that <see cref="PrepareAppend"/> returned.</param>
    /// <param name="durability">When the call completes.</param>
    /// <param name="cancellationToken">Gives up waiting; the blocks may be appended all the same.</param>
    /// <returns>The index of the first.</returns>
    /// <exception cref="LogException">The signature is not valid for these blocks at this length.</exception>
    /// <exception cref="StoreException">The disk refused; the blocks are gone.</exception>
    public ValueTask<ulong> AppendSignedAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, ReadOnlyMemory<byte> signature,
        Durability durability = Durability.Durable, CancellationToken cancellationToken = default)
    {
        CheckChangeable(blocks);
        AppendTerms terms = new(durability, signature.ToArray());
        return _core.AppendAsync(blocks, _cipher, terms, cancellationToken);
    }

    /// <summary>Collects blocks that will be appended together.</summary>
    public LogBatch BeginBatch()
    {
        CheckChangeable([]);
        return new LogBatch(this, _core.AcceptedHead);
    }

    /// <summary>Makes everything appended so far durable, and so visible to peers and watchers.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreException">The disk refused; what was not durable is gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        await _core.FlushAsync(cancellationToken);
    }

    /// <summary>Cuts the log back, and counts the fork up.</summary>
    /// <param name="length">Blocks that stay.</param>
    /// <param name="fork">The new fork; null for one more.</param>
    /// <param name="cancellationToken">Gives up before anything changes.</param>
    /// <exception cref="LogException">The log cannot be written or must never fork; or there is no such length or
    /// fork.</exception>
    /// <exception cref="StoreException">The disk refused.</exception>
    public async ValueTask TruncateAsync(
        ulong length, ulong? fork = null, CancellationToken cancellationToken = default)
    {
        CheckChangeable([]);
        await _core.TruncateAsync(length, fork, cancellationToken);
    }

    /// <summary>Removes the bytes of blocks and gives their space back; hashes and proofs stay.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">How many; what lies beyond the log is ignored.</param>
    /// <param name="cancellationToken">Gives up before anything changes.</param>
    /// <exception cref="StoreException">The disk refused.</exception>
    public async ValueTask ClearAsync(ulong start, ulong count, CancellationToken cancellationToken = default)
    {
        CheckChangeable([]);
        await _core.ClearAsync(start, count, cancellationToken);
    }

    /// <summary>Says that this own head is the newest one: peers were asked, or there are none. Writing goes on.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask ConfirmHeadAsync(CancellationToken cancellationToken = default)
    {
        CheckChangeable([]);
        await _core.ConfirmHeadAsync(cancellationToken);
    }

    /// <summary>Keeps a small value beside the log, durably; it is not part of it.</summary>
    /// <param name="name">1 to <see cref="LogLimits.UserDataKeySizeMax"/> UTF-8 bytes.</param>
    /// <param name="value">Copied; null removes it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="LogException">All pairs together exceed <see cref="LogLimits.UserDataSizeMax"/>.</exception>
    public async ValueTask SetUserDataAsync(
        string name, ReadOnlyMemory<byte>? value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        CheckChangeable([]);
        await _core.SetUserDataAsync(name, value, cancellationToken);
    }

    internal ValueTask<ulong> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, AppendTerms terms, CancellationToken cancellationToken)
    {
        CheckChangeable(blocks);
        return _core.AppendAsync(blocks, _cipher, terms, cancellationToken);
    }

    private void CheckChangeable(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(blocks);
        if (_snapshot is not null)
            throw LogErrors.ReadOnly("a snapshot");
    }
}
