using Google.Protobuf;
using Grpc.Core;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Replication;
using Samtala.Hypercore.Tree;
using Samtala.Node.V1;
using Samtala.Storage;
using Head = Samtala.Hypercore.Tree.LogHead;
using Stored = Samtala.Hypercore.Logs.Log;

namespace Samtala.Services.Logs;

/// <content>What others would verify: heads, proofs, a check of everything.</content>
public sealed partial class LogService
{
    private const int ProgressEvery = 4096;
    private const int CellsDefault = 256;
    private const int CellsMax = 1024;

    /// <inheritdoc/>
    public override Task<Node.V1.LogHead> GetHead(GetHeadRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var log = await _peers.OpenAsync(LogNames.Find(_peers, request.Name));
            return DescribeHead(log, log.Head);
        });

    /// <inheritdoc/>
    public override Task<LogProof> GetProof(GetProofRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var log = await _peers.OpenAsync(LogNames.Find(_peers, request.Name));
            var index = Positive(request.Index, "index");
            var head = log.Head;
            ProofRequest wanted = new()
            {
                Fork = head.Fork,
                Block = new NodeRequest(index, 0),
                Upgrade = new UpgradeRequest(0, head.Length),
                Manifest = true,
            };
            if (index >= head.Length || await log.ProveAsync(wanted, context.CancellationToken) is not { } proof)
                throw NotHere(log, index);
            LogProof answer = new()
            {
                Index = request.Index,
                Data = ByteString.CopyFrom(proof.Block!.Value.Value.Span),
                Head = DescribeHead(log, head),
                Encoded = Encode(proof),
            };
            answer.Nodes.Add(proof.Block.Value.Nodes.Select(Describe));
            return answer;
        });

    /// <inheritdoc/>
    public override async Task VerifyLog(
        VerifyLogRequest request, IServerStreamWriter<VerifyLogProgress> responseStream, ServerCallContext context)
    {
        var log = await LogProblems.CallAsync(() => _peers.OpenAsync(LogNames.Find(_peers, request.Name)));
        var head = log.Head;
        VerifyLogProgress progress = new()
        {
            SignatureValid = await LogCheck.IsHeadValidAsync(log, context.CancellationToken),
        };
        for (ulong index = 0; index < head.Length; index++)
        {
            await CheckAsync(log, head, index, progress, context.CancellationToken);
            if (log.Fork != head.Fork)
            {
                throw ServiceError.Make(
                    StatusCode.Aborted, "SAM0732", "LOG_CUT_BACK",
                    $"'{request.Name}' was cut back while it was verified. Verify it again.");
            }

            if (index % ProgressEvery != ProgressEvery - 1)
                continue;
            await responseStream.WriteAsync(progress, context.CancellationToken);
            progress = new VerifyLogProgress(progress);
            progress.Damaged.Clear();
        }

        progress.Done = true;
        await responseStream.WriteAsync(progress, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task<LogAvailability> GetAvailability(
        GetAvailabilityRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            if (request.Cells is < 0 or > CellsMax)
                throw ServiceError.Invalid("SAM0731", "cells", $"1 to {CellsMax} cells; 0 means {CellsDefault}.");
            var kept = LogNames.Find(_peers, request.Name);
            var log = await _peers.OpenAsync(kept);
            var cells = request.Cells == 0 ? CellsDefault : request.Cells;
            LogAvailability answer = new()
            {
                Length = (long)log.Length,
                Here = UnsafeByteOperations.UnsafeWrap(LogRanges.Picture(log, log.Length, cells)),
            };
            foreach (var peer in _peers.PeersOf(kept.Key))
                answer.Peers.Add(Describe(log, peer, answer.Here.Length));
            return answer;
        });

    private LogPeer Describe(Stored log, PeerStatistics peer, int cells)
    {
        var has = new byte[cells];
        _peers.TryDraw(log.Key, peer.PublicKey, has);
        return new LogPeer
        {
            Peer = peer.PublicKey.ToString(),
            Address = _peers.AddressOf(peer.PublicKey)?.ToString() ?? "",
            Length = (long)peer.Length,
            Has = UnsafeByteOperations.UnsafeWrap(has),
            ReceivedBytes = peer.Received.Bytes,
            SentBytes = peer.Sent.Bytes,
            RoundTripMs = peer.RoundTrip.TotalMilliseconds,
        };
    }

    private static async Task CheckAsync(
        Stored log, Head head, ulong index, VerifyLogProgress progress, CancellationToken cancellationToken)
    {
        bool? valid;
        try
        {
            var block = await log.GetAsync(index, new LogRead { Raw = true }, cancellationToken);
            valid = block is null ? null
                : await LogCheck.IsBlockValidAsync(log, head, index, block, cancellationToken);
            progress.Bytes += block?.Length ?? 0;
        }
        catch (StoreCorruptException)
        {
            valid = false;
        }

        if (valid is null)
        {
            progress.Absent++;
            return;
        }

        progress.Entries++;

        // What is now in the place of an entry that was cut off is not damaged, and must not be cleared.
        if (valid is true || log.Fork != head.Fork)
            return;
        progress.Damaged.Add((long)index);

        // Never served again; the hash stays, so it can be fetched from whoever has it.
        await log.ClearAsync(index, 1, cancellationToken);
    }

    private static ByteString Encode(Proof proof)
    {
        DataMessage message = new(0, proof);
        var encoded = new byte[message.Size];
        message.Write(encoded);
        return UnsafeByteOperations.UnsafeWrap(encoded);
    }

    private static LogNode Describe(MerkleNode node) => new()
    {
        Index = (long)node.Index,
        Size = (long)node.Size,
        Hash = node.Hash.ToString(),
    };

    private static Node.V1.LogHead DescribeHead(Stored log, Head head)
    {
        Node.V1.LogHead described = new()
        {
            Fork = (long)head.Fork,
            Length = (long)head.Length,
            ByteLength = (long)head.ByteLength,
            TreeHash = head.TreeHash().ToString(),
            Signature = ByteString.CopyFrom(head.Signature.Span),
            Manifest = log.Manifest is { } manifest ? ByteString.CopyFrom(manifest.Encode()) : ByteString.Empty,
        };
        described.Roots.Add(head.Roots.Select(Describe));
        if (log.Conflict is { } conflict)
            described.Conflict.Add([Encode(conflict.First), Encode(conflict.Second)]);
        return described;
    }
}
