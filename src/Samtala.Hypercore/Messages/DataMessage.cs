using System.Collections.Immutable;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Messages;

/// <summary>Answers a request with parts of a log and their proof.</summary>
/// <param name="Request">The id of the request; 0 for what nobody asked for.</param>
/// <param name="Proof">What is shown. Received: its block value and signature are views of the payload.</param>
public readonly record struct DataMessage(ulong Request, Proof Proof)
{
    private const ulong BlockFlag = 1;
    private const ulong HashFlag = 2;
    private const ulong SeekFlag = 4;
    private const ulong UpgradeFlag = 8;
    private const ulong ManifestFlag = 16;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size
    {
        get
        {
            int size = 1 + CompactSize.OfUInt(Request) + CompactSize.OfUInt(Proof.Fork);
            if (Proof.Block is { } block)
            {
                size += CompactSize.OfUInt(block.Index) + CompactSize.OfBuffer(block.Value.Length)
                    + NodeEncoding.SizeOf(block.Nodes);
            }

            if (Proof.Hash is { } hash)
                size += CompactSize.OfUInt(hash.Index) + NodeEncoding.SizeOf(hash.Nodes);
            if (Proof.Seek is { } seek)
                size += CompactSize.OfUInt(seek.Bytes) + NodeEncoding.SizeOf(seek.Nodes);
            if (Proof.Upgrade is { } upgrade)
            {
                size += CompactSize.OfUInt(upgrade.Start) + CompactSize.OfUInt(upgrade.Length)
                    + NodeEncoding.SizeOf(upgrade.Nodes) + NodeEncoding.SizeOf(upgrade.AdditionalNodes)
                    + CompactSize.OfBuffer(upgrade.Signature.Length);
            }

            return size + (Proof.Manifest?.Encode().Length ?? 0);
        }
    }

    /// <summary>Reads a stranger's bytes; unknown flags and what follows are ignored.</summary>
    /// <param name="source">The payload; must live as long as the result.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short or over a limit of <see cref="ProofLimits"/>.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out DataMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        if (!(reader.TryReadUInt(out ulong flags)
                & reader.TryReadUInt(out ulong request)
                & reader.TryReadUInt(out ulong fork)))
        {
            return false;
        }

        BlockProof? block = null;
        HashProof? hash = null;
        SeekProof? seek = null;
        UpgradeProof? upgrade = null;
        Manifest? manifest = null;
        if (((flags & BlockFlag) != 0 && !TryReadBlock(ref reader, source, out block))
            || ((flags & HashFlag) != 0 && !TryReadHash(ref reader, out hash))
            || ((flags & SeekFlag) != 0 && !TryReadSeek(ref reader, out seek))
            || ((flags & UpgradeFlag) != 0 && !TryReadUpgrade(ref reader, source, out upgrade))
            || ((flags & ManifestFlag) != 0 && !Manifest.TryRead(ref reader, out manifest)))
        {
            return false;
        }

        Proof proof = new()
        {
            Fork = fork,
            Block = block,
            Hash = hash,
            Seek = seek,
            Upgrade = upgrade,
            Manifest = manifest,
        };
        message = new DataMessage(request, proof);
        return true;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(
            (Proof.Block is null ? 0 : BlockFlag)
            | (Proof.Hash is null ? 0 : HashFlag)
            | (Proof.Seek is null ? 0 : SeekFlag)
            | (Proof.Upgrade is null ? 0 : UpgradeFlag)
            | (Proof.Manifest is null ? 0 : ManifestFlag));
        writer.WriteUInt(Request);
        writer.WriteUInt(Proof.Fork);
        if (Proof.Block is { } block)
        {
            writer.WriteUInt(block.Index);
            writer.WriteBuffer(block.Value.Span);
            NodeEncoding.Write(ref writer, block.Nodes);
        }

        if (Proof.Hash is { } hash)
        {
            writer.WriteUInt(hash.Index);
            NodeEncoding.Write(ref writer, hash.Nodes);
        }

        if (Proof.Seek is { } seek)
        {
            writer.WriteUInt(seek.Bytes);
            NodeEncoding.Write(ref writer, seek.Nodes);
        }

        if (Proof.Upgrade is { } upgrade)
            WriteUpgrade(ref writer, upgrade);
        if (Proof.Manifest is { } manifest)
            writer.WriteFixed(manifest.Encode());
    }

    private static void WriteUpgrade(ref CompactWriter writer, UpgradeProof upgrade)
    {
        writer.WriteUInt(upgrade.Start);
        writer.WriteUInt(upgrade.Length);
        NodeEncoding.Write(ref writer, upgrade.Nodes);
        NodeEncoding.Write(ref writer, upgrade.AdditionalNodes);
        writer.WriteBuffer(upgrade.Signature.Span);
    }

    private static bool TryReadBlock(ref CompactReader reader, ReadOnlyMemory<byte> source, out BlockProof? block)
    {
        block = null;
        if (!reader.TryReadUInt(out ulong index)
            || !TryReadSlice(ref reader, source, out ReadOnlyMemory<byte> value)
            || !NodeEncoding.TryRead(ref reader, ProofLimits.NodeCountMax, out ImmutableArray<MerkleNode> nodes))
        {
            return false;
        }

        block = new BlockProof(index, value, nodes);
        return true;
    }

    private static bool TryReadHash(ref CompactReader reader, out HashProof? hash)
    {
        hash = null;
        if (!reader.TryReadUInt(out ulong index)
            || !NodeEncoding.TryRead(ref reader, ProofLimits.NodeCountMax, out ImmutableArray<MerkleNode> nodes))
        {
            return false;
        }

        hash = new HashProof(index, nodes);
        return true;
    }

    private static bool TryReadSeek(ref CompactReader reader, out SeekProof? seek)
    {
        seek = null;
        if (!reader.TryReadUInt(out ulong bytes)
            || !NodeEncoding.TryRead(ref reader, ProofLimits.NodeCountMax, out ImmutableArray<MerkleNode> nodes))
        {
            return false;
        }

        seek = new SeekProof(bytes, nodes);
        return true;
    }

    private static bool TryReadUpgrade(
        ref CompactReader reader, ReadOnlyMemory<byte> source, out UpgradeProof? upgrade)
    {
        upgrade = null;
        if (!reader.TryReadUInt(out ulong start)
            || !reader.TryReadUInt(out ulong length)
            || !NodeEncoding.TryRead(ref reader, ProofLimits.NodeCountMax, out ImmutableArray<MerkleNode> nodes)
            || !NodeEncoding.TryRead(ref reader, ProofLimits.NodeCountMax, out ImmutableArray<MerkleNode> additional)
            || !TryReadSlice(ref reader, source, out ReadOnlyMemory<byte> signature)
            || signature.Length > ProofLimits.SignatureSizeMax)
        {
            return false;
        }

        upgrade = new UpgradeProof
        {
            Start = start,
            Length = length,
            Nodes = nodes,
            AdditionalNodes = additional,
            Signature = signature,
        };
        return true;
    }

    private static bool TryReadSlice(
        ref CompactReader reader, ReadOnlyMemory<byte> source, out ReadOnlyMemory<byte> slice)
    {
        bool read = reader.TryReadBuffer(out ReadOnlySpan<byte> bytes);
        slice = read ? source.Slice(reader.Position - bytes.Length, bytes.Length) : default;
        return read;
    }
}
