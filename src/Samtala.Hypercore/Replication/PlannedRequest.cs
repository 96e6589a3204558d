using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>A request that is about to be sent; its slot is taken already.</summary>
internal struct PlannedRequest
{
    public ulong Id;
    public RequestKind Kind;

    /// <summary>The block, or the node of a hash request.</summary>
    public ulong Index;

    public ulong Nodes;

    /// <summary>Whether <see cref="Nodes"/> is still to be found out.</summary>
    public bool NeedsNodeCount;

    public ulong Fork;
    public ulong UpgradeStart;

    /// <summary>0 for no upgrade.</summary>
    public ulong UpgradeLength;

    public bool Manifest;
    public byte Priority;

    /// <summary>Whether an answer has the parts that were asked for and no others.</summary>
    public static bool IsAnsweredBy(in InFlightRequest request, Proof proof)
    {
        if (proof.Fork != request.Fork || proof.Seek is not null
            || (proof.Upgrade is not null) != request.HasUpgrade
            || (proof.Manifest is not null && !request.HasManifest))
        {
            return false;
        }

        return request.Kind switch
        {
            RequestKind.Block => proof.Hash is null && proof.Block is { } block && block.Index == request.Index,
            RequestKind.ReorgStep => proof.Block is null && proof.Hash is { } hash && hash.Index == request.Index,
            RequestKind.Manifest => proof is { Block: null, Hash: null, Manifest: not null },
            _ => proof is { Block: null, Hash: null },
        };
    }

    public readonly void Send(Channel channel)
    {
        if (Kind == RequestKind.Block && UpgradeLength == 0 && !Manifest)
        {
            BlockRequest block = new(Id, Fork, Index, Nodes, Priority);
            using MessageWriter writer = channel.Begin((int)MessageType.Request, block.Size);
            block.Write(writer.Payload);
            return;
        }

        RequestMessage message = new(Id, ToProofRequest(), Priority);
        using MessageWriter other = channel.Begin((int)MessageType.Request, message.Size);
        message.Write(other.Payload);
    }

    private readonly ProofRequest ToProofRequest() => new()
    {
        Fork = Fork,
        Block = Kind == RequestKind.Block ? new NodeRequest(Index, Nodes) : null,
        Hash = Kind == RequestKind.ReorgStep ? new NodeRequest(Index, Nodes) : null,
        Upgrade = UpgradeLength > 0 ? new UpgradeRequest(UpgradeStart, UpgradeLength) : null,
        Manifest = Manifest,
    };
}
