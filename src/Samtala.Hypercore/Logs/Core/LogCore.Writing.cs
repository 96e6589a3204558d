using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <content>Own changes: append, truncate, clear.</content>
internal sealed partial class LogCore
{
    /// <summary>Appends blocks, all or none.</summary>
    /// <param name="blocks">Read before this returns.</param>
    /// <param name="cipher">Null for plain blocks.</param>
    /// <param name="terms">How.</param>
    /// <param name="cancellationToken">Gives up waiting; the blocks may be appended all the same.</param>
    /// <returns>The index of the first.</returns>
    public async ValueTask<ulong> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, BlockCipher? cipher, AppendTerms terms,
        CancellationToken cancellationToken)
    {
        CheckSizes(blocks, cipher);
        if (blocks.Count == 0)
            return AcceptedHead.Length;
        WriteGroup group;
        ulong first;
        await BeginTurnAsync(cancellationToken);
        try
        {
            CheckWritable(terms.Signature);
            _writer.ThrowIfLost();
            LogHead head = _state.Applied;
            first = head.Length;
            if (terms.ExpectedHead is { } expected && (expected.Length != head.Length || expected.Fork != head.Fork))
                throw LogErrors.Changed(Key);
            if (terms.Signature is { } signature)
                CheckSignature(LogAppender.Preview(head, blocks, cipher) with { Signature = signature });
            group = await ApplyAsync(blocks, cipher, terms, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        if (terms.Durability == Durability.Durable)
            await group.Done.Task.WaitAsync(cancellationToken);
        return first;
    }

    /// <summary>Cuts the log back.</summary>
    public async ValueTask TruncateAsync(ulong length, ulong? fork, CancellationToken cancellationToken)
    {
        await BeginTurnAsync(cancellationToken);
        try
        {
            CheckWritable(signature: null);
            if (ForkPolicy == ForkPolicy.None)
                throw LogErrors.ForkRefused(Key);
            await _writer.FlushAsync(cancellationToken);
            LogHead head = _state.Stored.Head;
            ulong next = fork ?? head.Fork + 1;
            if (length > head.Length || next <= head.Fork)
            {
                throw LogErrors.OutOfRange(
                    $"a log of {head.Length} blocks and fork {head.Fork} cannot be cut back to {length} and fork "
                    + $"{next}. Give a length up to the log's and a higher fork.");
            }

            LogHead cut = LogHead.Of(next, await ReadRootsAsync(length, cancellationToken));
            cut = cut with { Signature = _writer.Signer!.Sign(cut) };
            try
            {
                await RunAloneAsync(() => _trimmer.CutAsync(cut, cancellationToken));
            }
            finally
            {
                // It is cut back also when the disk refused only the tidying up, which is done later.
                if (_state.Stored.Head.Fork == next)
                {
                    Cut(length);
                    Tell(new LogChange(LogChangeKind.Truncated, length, head.Length - length, length, next));
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes blocks; their hashes stay.</summary>
    public async ValueTask ClearAsync(ulong start, ulong count, CancellationToken cancellationToken)
    {
        await BeginTurnAsync(cancellationToken);
        try
        {
            await _writer.FlushAsync(cancellationToken);
            LogHead head = _state.Stored.Head;
            ulong end = count > head.Length - Math.Min(start, head.Length) ? head.Length : start + count;
            if (end <= start)
                return;
            ulong cleared = 0;
            await RunAloneAsync(async () => cleared = await _trimmer.ClearAsync(start, end, cancellationToken));
            if (cleared > 0)
                Tell(new LogChange(LogChangeKind.Cleared, start, end - start, head.Length, head.Fork));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Says that the head is the newest there is, so that writing may go on.</summary>
    public async ValueTask ConfirmHeadAsync(CancellationToken cancellationToken)
    {
        await BeginTurnAsync(cancellationToken);
        try
        {
            await _writer.FlushAsync(cancellationToken);
            LogRecord record = _state.Stored with { Era = _environment.Era };
            await RunAloneAsync(() => WriteRecordAsync(record, new WriteBatch()));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The head that blocks would make of the applied one, unsigned.</summary>
    public LogHead Preview(IReadOnlyList<ReadOnlyMemory<byte>> blocks, BlockCipher? cipher)
    {
        CheckSizes(blocks, cipher);
        return LogAppender.Preview(AcceptedHead, blocks, cipher);
    }

    private static void CheckSizes(IReadOnlyList<ReadOnlyMemory<byte>> blocks, BlockCipher? cipher)
    {
        if (blocks.Count > LogLimits.AppendCountMax)
            throw LogErrors.AppendTooLarge($"{blocks.Count} blocks");
        int padding = cipher is null ? 0 : BlockCipher.Padding;
        long total = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            long size = (long)blocks[i].Length + padding;
            if (size > LogLimits.BlockSizeMax)
                throw LogErrors.BlockTooLarge(size);
            total += size;
        }

        if (total > LogLimits.AppendSizeMax)
            throw LogErrors.AppendTooLarge($"{total} bytes");
    }

    private async ValueTask<WriteGroup> ApplyAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, BlockCipher? cipher, AppendTerms terms,
        CancellationToken cancellationToken)
    {
        await WaitForRoomAsync(cancellationToken);
        bool durable = terms.Durability == Durability.Durable;
        _writer.BeginChange();
        try
        {
            await _appender.ApplyAsync(blocks, cipher, terms.Signature, cancellationToken);
        }
        catch
        {
            _writer.AbandonChange();
            throw;
        }

        bool isFull = _writer.Open.Size >= _environment.Options.WaitingSizeMax / 2
            || _writer.Open.BlockCount >= GroupWriter.BlockCountMax;
        return _writer.EndChange(durable || isFull, durable);
    }

    private async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_writer.WaitingSize >= _environment.Options.WaitingSizeMax
                || _writer.Open.Drafts.Count >= GroupWriter.DraftCountMax)
            {
                await _writer.WhenRoomAsync().WaitAsync(cancellationToken);
            }
        }
        catch (StoreException)
        {
            _writer.TakeLoss();
            throw;
        }
    }

    /// <summary>Waits for the turn, and finishes first what a failure left half-way.</summary>
    private async ValueTask BeginTurnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // The next session has another core: two that write would be two logs.
            ObjectDisposedException.ThrowIf(_isClosed, typeof(Log));
            if (_trimmer.IsNeeded)
            {
                await _writer.FlushAsync(cancellationToken);
                await RunAloneAsync(() => _trimmer.FinishAsync(cancellationToken));
            }
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    /// <summary>Runs what writes by itself, with no group underway.</summary>
    private async ValueTask RunAloneAsync(Func<ValueTask> work)
    {
        _writer.BeginChange();
        try
        {
            await work();
            _writer.Restart();
        }
        catch
        {
            // What is in memory may be ahead of the store; it is read again when needed.
            lock (_state.Gate)
                _pages.Forget();
            _writer.Restart();
            throw;
        }
    }

    private async ValueTask WriteRecordAsync(LogRecord record, WriteBatch batch)
    {
        ChunkedValue.Put(batch, LogKeyspaces.Heads, Number, record.Encode());
        await _environment.Store.CommitAsync(batch, Durability.Durable, CancellationToken.None);
        lock (_state.Gate)
            _state.Stored = record;
    }

    private void CheckWritable(ReadOnlyMemory<byte>? signature)
    {
        if (_state.Stored.IsFrozen)
            throw LogErrors.Frozen(Key);
        if (signature is null && !CanSign)
            throw LogErrors.NotWritable(Key);
        if (IsDoubtful)
            throw LogErrors.MustVerifyHead(Key);
    }

    private void CheckSignature(LogHead head)
    {
        if (!Authority.Verify(head))
            throw LogErrors.BadSignature(Key, head.Length);
    }

    private async ValueTask<System.Collections.Immutable.ImmutableArray<MerkleNode>> ReadRootsAsync(
        ulong length, CancellationToken cancellationToken)
    {
        ulong[] indices = new ulong[Encodings.FlatTree.CountRoots(length)];
        Encodings.FlatTree.FullRoots(length, indices);
        var roots = System.Collections.Immutable.ImmutableArray.CreateBuilder<MerkleNode>(indices.Length);
        foreach (ulong index in indices)
        {
            roots.Add(await ReadNodeAsync(index, cancellationToken)
                ?? throw LogErrors.OutOfRange(
                    $"the node {index} that length {length} needs is not here. Download it."));
        }

        return roots.MoveToImmutable();
    }
}
