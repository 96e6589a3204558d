using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <content>What peers show and are shown.</content>
internal sealed partial class LogCore
{
    private ITimer? _delay;

    /// <summary>Makes a proof of the durable state, with the block's bytes.</summary>
    /// <returns>Why not, or the proof.</returns>
    public async ValueTask<ProverResult> ProveAsync(ProofRequest request, CancellationToken cancellationToken)
    {
        ProverResult result = await Prover.CreateAsync(Head, this, request, Manifest, cancellationToken);
        if (result.Proof is not { Block: { } block } proof)
            return result;
        ReadOnlyMemory<byte>? value = await ReadStoredAsync(block.Index, cancellationToken);
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
        if (proof.Block is { Value.Length: > LogLimits.BlockSizeMax })
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

    private async ValueTask<(ProofVerdict Verdict, ProofError Error)> JudgeAsync(
        Proof proof, CancellationToken cancellationToken)
    {
        if (proof.Fork > 0 && ForkPolicy == ForkPolicy.None)
            return (default, ProofError.OtherFork);
        LogHead head = AcceptedHead;
        ProofVerdict verdict = head.Length == 0 && proof.Fork > head.Fork
            ? ProofVerifier.VerifyAlone(Authority, proof)
            : ProofVerifier.Verify(Authority, head, proof);
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
        bool isFull = _writer.Open.Size >= _environment.Options.GroupSize;
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
