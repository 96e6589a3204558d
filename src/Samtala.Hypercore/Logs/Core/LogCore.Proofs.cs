using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <content>What peers show and are shown.</content>
internal sealed partial class LogCore
{
    private ITimer? _delay;

    public ConflictProof? Conflict { get; private set; }

    /// <summary>Makes a proof of the durable state, with the block's bytes.</summary>
    /// <returns>Why not, or the proof.</returns>
    public async ValueTask<ProverResult> ProveAsync(ProofRequest request, CancellationToken cancellationToken)
    {
        LogHead head = Head;
        ProverResult result = await Prover.CreateAsync(head, this, request, Manifest, cancellationToken);
        ReadOnlyMemory<byte>? value = result.Proof is { Block: { } wanted }
            ? await ReadStoredAsync(wanted.Index, cancellationToken)
            : null;

        // Cut back meanwhile, some of it may be of one log and some of the other: no peer may see that.
        if (Head.Fork != head.Fork)
            return new ProverResult(ProofError.InvalidOperation, IsMissingNodes: true, null);
        if (result.Proof is not { Block: not null } proof)
            return result;
        return value is { } bytes
            ? result with { Proof = proof.WithBlockValue(bytes) }
            : new ProverResult(ProofError.InvalidOperation, IsMissingNodes: true, null);
    }

    /// <summary>Says whether a proof fits the applied state, and changes nothing.</summary>
    public async ValueTask<ProofError> VerifyAsync(Proof proof, CancellationToken cancellationToken)
    {
        (ProofVerdict verdict, ProofError error) = await JudgeAsync(proof, cancellationToken);
        return error == ProofError.None ? verdict.Error : error;
    }

    public async ValueTask<ProofError> AcceptAsync(Proof proof, CancellationToken cancellationToken)
    {
        if (_isClosed || proof.Block is { Value.Length: > LogLimits.BlockSizeMax })
            return ProofError.InvalidOperation;
        await WaitForRoomAsync(cancellationToken);
        await BeginTurnAsync(cancellationToken);
        try
        {
            if (_state.Stored.IsFrozen)
                return ProofError.InvalidOperation;
            (ProofVerdict verdict, ProofError error) = await JudgeAsync(proof, cancellationToken);
            if (error != ProofError.None)
                return error;
            await TakeAsync(proof, verdict, cancellationToken);
            return ProofError.None;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<bool> ReorgAsync(VerifiedReorg reorg, CancellationToken cancellationToken)
    {
        if (ForkPolicy == ForkPolicy.None)
            return false;
        await BeginTurnAsync(cancellationToken);
        try
        {
            await _writer.FlushAsync(cancellationToken);
            LogHead head = _state.Stored.Head;
            if (_state.Stored.IsFrozen || head.Fork != reorg.Base.Fork || head.Length != reorg.Base.Length
                || reorg.NewHead.Fork <= head.Fork || reorg.Ancestors > head.Length
                || reorg.NewHead.Length > LogLimits.DownloadLengthMax)
            {
                return false;
            }

            LogHead common = LogHead.Of(
                reorg.NewHead.Fork, await ReadRootsAsync(reorg.Ancestors, cancellationToken));
            try
            {
                await RunAloneAsync(() => _trimmer.ReplaceAsync(common, reorg.NewHead, reorg.Nodes));
            }
            finally
            {
                if (_state.Stored.Head.Fork == reorg.NewHead.Fork)
                    Cut(reorg.Ancestors);
            }

            await LearnAsync(reorg.NewManifest);
            Tell(new LogChange(
                LogChangeKind.Truncated, reorg.Ancestors, head.Length - reorg.Ancestors, reorg.NewHead.Length,
                reorg.NewHead.Fork));
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask FreezeAsync(ConflictProof conflict, CancellationToken cancellationToken)
    {
        if (conflict.Key != Key)
            throw new ArgumentException($"The proof is of log {conflict.Key}, not {Key}.", nameof(conflict));
        await BeginTurnAsync(cancellationToken);
        try
        {
            if (_state.Stored.IsFrozen)
                return;
            await _writer.FlushAsync(cancellationToken);
            BatchList batches = new();
            ChunkedValue.Put(batches.Next, LogKeyspaces.Conflicts, Number, conflict.Encode());
            await RunAloneAsync(async () =>
            {
                foreach (WriteBatch part in batches.All.SkipLast(1))
                    await _environment.Store.CommitAsync(part, Durability.Later, CancellationToken.None);
                await WriteRecordAsync(_state.Stored with { IsFrozen = true }, batches.All[^1]);
            });
            Conflict = conflict;
            Tell(new LogChange(LogChangeKind.Frozen, 0, 0, _state.Stored.Head.Length, _state.Stored.Head.Fork));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask LearnAsync(Manifests.Manifest? manifest)
    {
        if (manifest is null)
            return;
        WriteBatch batch = new();
        ChunkedValue.Put(batch, LogKeyspaces.Manifests, Number, manifest.Encode());
        await _environment.Store.CommitAsync(batch, Durability.Durable, CancellationToken.None);
        Authority = Authority.Learn(manifest)!;
    }

    private async ValueTask LoadConflictAsync(CancellationToken cancellationToken)
    {
        byte[]? value = await ChunkedValue.GetAsync(
            _environment.Store, LogKeyspaces.Conflicts, Number, cancellationToken);
        Conflict = value is not null && ConflictProof.TryDecode(value, out ConflictProof? conflict)
            ? conflict
            : throw LogErrors.DamagedRecord(LogKeyspaces.Conflicts.Name, Number);
    }

    private async ValueTask<(ProofVerdict Verdict, ProofError Error)> JudgeAsync(
        Proof proof, CancellationToken cancellationToken)
    {
        if (proof.Fork > 0 && ForkPolicy == ForkPolicy.None)
            return (default, ProofError.OtherFork);
        LogHead head = AcceptedHead;
        ProofVerdict verdict = head.Length == 0 && proof.Fork > head.Fork
            ? ProofVerifier.VerifyAlone(Authority, proof)
            : ProofVerifier.Verify(Authority, head, proof);
        if (verdict.NewHead is { Length: > LogLimits.DownloadLengthMax })
            return (default, ProofError.InvalidOperation);
        if (!verdict.IsAccepted || verdict.Anchor is not { } anchor)
            return (verdict, verdict.Error);
        return (verdict, verdict.CheckAnchor(await ReadNodeAsync(anchor.Index, cancellationToken)));
    }

    /// <summary>Puts what was proven into memory; the group goes to the store when it is large enough or old enough.
    /// </summary>
    private async ValueTask TakeAsync(Proof proof, ProofVerdict verdict, CancellationToken cancellationToken)
    {
        bool isFirst;
        _writer.BeginChange();
        try
        {
            isFirst = _writer.Open.IsEmpty;
            await _acceptor.ApplyAsync(proof, verdict, cancellationToken);
        }
        catch
        {
            _writer.AbandonChange();
            throw;
        }

        if (verdict.NewManifest is { } manifest)
            Authority = Authority.Learn(manifest)!;
        bool isFull = _writer.Open.Size >= _environment.Options.GroupSize
            || _writer.Open.Drafts.Count >= GroupWriter.DraftCountMax;
        bool isDue = isFull || _environment.Options.DownloadDelay == TimeSpan.Zero;
        _writer.EndChange(isDue, durable: true);
        if (isFirst && !isDue)
            StartDelay();
    }

    private void StartDelay()
    {
        if (_delay is null)
        {
            _delay = _environment.Time.CreateTimer(
                static core => ((LogCore)core!)._writer.MakeDue(durable: true), this,
                _environment.Options.DownloadDelay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _delay.Change(_environment.Options.DownloadDelay, Timeout.InfiniteTimeSpan);
        }
    }
}
