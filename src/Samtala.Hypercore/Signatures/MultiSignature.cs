using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Signatures;

/// <summary>The container of signatures that goes over the wire. Source: docs/protocol/proofs.md, "Signatures".
/// </summary>
/// <param name="Proofs">What the signers said; only the first so many as the quorum needs count.</param>
/// <param name="Nodes">What extends the tree to those that were signed at longer lengths.</param>
public sealed record MultiSignature(ImmutableArray<SignerProof> Proofs, ImmutableArray<MerkleNode> Nodes)
{
    private const int ProofSizeMin = 2 + Signature.Size;
    private const ulong PatchFlag = 1;

    /// <summary>Puts together what signers said.</summary>
    /// <param name="version">Of the manifest: 0 has a form of its own.</param>
    /// <param name="parts">In the order they shall count; at least as many as the quorum.</param>
    public static MultiSignature Assemble(int version, IReadOnlyList<PartialSignature> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var proofs = ImmutableArray.CreateBuilder<SignerProof>(parts.Count);
        var nodes = ImmutableArray.CreateBuilder<MerkleNode>();
        foreach (PartialSignature part in parts)
        {
            var places = ImmutableArray.CreateBuilder<ulong>(part.Nodes.Length);
            foreach (MerkleNode node in part.Nodes)
                places.Add(AddOnce(nodes, node, version));
            SignerProof proof = new((ulong)part.Signer, part.Signature, part.Patch);
            bool hasPlaces = version == 0 && part.Patch > 0 && part.Nodes.Length > 0;
            proofs.Add(hasPlaces
                ? proof with
                {
                    PatchStart = (FlatTree.RightSpan(part.Nodes[^1].Index) / 2) + 1,
                    PatchNodes = places.MoveToImmutable(),
                }
                : proof);
        }

        return new MultiSignature(proofs.MoveToImmutable(), nodes.ToImmutable());
    }

    /// <summary>Reads a stranger's container; what follows is ignored.</summary>
    /// <param name="version">Of the manifest: 0 has a form of its own.</param>
    /// <param name="source">The signature of an upgrade.</param>
    /// <param name="container">Null when refused.</param>
    /// <returns>False when cut short, or over a limit of <see cref="ProofLimits"/> or
    /// <see cref="Manifest.SignerCountMax"/>.</returns>
    public static bool TryDecode(int version, ReadOnlySpan<byte> source, out MultiSignature? container)
    {
        container = null;
        CompactReader reader = new(source);
        if (!reader.TryReadArrayCount(ProofSizeMin, out int count) || count > Manifest.SignerCountMax)
            return false;
        SignerProof[] proofs = new SignerProof[count];
        foreach (ref SignerProof proof in proofs.AsSpan())
        {
            if (!(version == 0 ? TryReadV0(ref reader, out proof) : TryReadV1(ref reader, out proof)))
                return false;
        }

        if (!NodeEncoding.TryRead(ref reader, ProofLimits.PatchNodeCountMax, out ImmutableArray<MerkleNode> nodes))
            return false;
        container = new MultiSignature([.. proofs], nodes);
        return true;
    }

    /// <summary>The bytes for the wire.</summary>
    /// <param name="version">Of the manifest: 0 has a form of its own.</param>
    public byte[] Encode(int version)
    {
        const int NumbersSizeMax = 5 * 9;
        int size = 9 + NodeEncoding.SizeOf(Nodes);
        foreach (ref readonly SignerProof proof in Proofs.AsSpan())
            size += NumbersSizeMax + Signature.Size + (proof.PatchNodes.Length * 9);
        byte[] target = new byte[size];
        CompactWriter writer = new(target);
        writer.WriteArrayCount(Proofs.Length);
        foreach (ref readonly SignerProof proof in Proofs.AsSpan())
            Write(ref writer, proof, version);
        NodeEncoding.Write(ref writer, Nodes);
        return target[..writer.Position];
    }

    private static ulong AddOnce(ImmutableArray<MerkleNode>.Builder nodes, in MerkleNode node, int version)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            // Version 0 names nodes by their place here, so two of one index may differ; later versions name the index.
            if (nodes[i].Index == node.Index && (version > 0 || nodes[i] == node))
                return (ulong)i;
        }

        nodes.Add(node);
        return (ulong)(nodes.Count - 1);
    }

    private static void Write(ref CompactWriter writer, in SignerProof proof, int version)
    {
        Signature signature = proof.Signature;
        if (version == 0)
            writer.WriteUInt(proof.Patch > 0 ? PatchFlag : 0);
        writer.WriteUInt(proof.Signer);
        writer.WriteFixed(signature.Bytes);
        if (version > 0)
        {
            writer.WriteUInt(proof.Patch);
        }
        else if (proof.Patch > 0)
        {
            writer.WriteUInt(proof.PatchStart);
            writer.WriteUInt(proof.Patch);
            writer.WriteArrayCount(proof.PatchNodes.Length);
            foreach (ulong place in proof.PatchNodes)
                writer.WriteUInt(place);
        }
    }

    private static bool TryReadV1(ref CompactReader reader, out SignerProof proof)
    {
        bool read = reader.TryReadUInt(out ulong signer)
            & reader.TryReadFixed(Signature.Size, out ReadOnlySpan<byte> signature)
            & reader.TryReadUInt(out ulong patch);
        proof = read ? new SignerProof(signer, new Signature(signature), patch) : default;
        return read;
    }

    private static bool TryReadV0(ref CompactReader reader, out SignerProof proof)
    {
        proof = default;
        if (!(reader.TryReadUInt(out ulong flags)
                & reader.TryReadUInt(out ulong signer)
                & reader.TryReadFixed(Signature.Size, out ReadOnlySpan<byte> signature)))
        {
            return false;
        }

        SignerProof read = new(signer, new Signature(signature), 0);
        if ((flags & PatchFlag) != 0)
        {
            if (!(reader.TryReadUInt(out ulong start) & reader.TryReadUInt(out ulong length))
                || !TryReadPlaces(ref reader, out ImmutableArray<ulong> places))
            {
                return false;
            }

            read = read with { Patch = length, PatchStart = start, PatchNodes = places };
        }

        proof = read;
        return true;
    }

    private static bool TryReadPlaces(ref CompactReader reader, out ImmutableArray<ulong> places)
    {
        places = [];
        if (!reader.TryReadArrayCount(1, out int count) || count > ProofLimits.NodeCountMax)
            return false;
        ulong[] read = new ulong[count];
        foreach (ref ulong place in read.AsSpan())
        {
            if (!reader.TryReadUInt(out place))
                return false;
        }

        places = [.. read];
        return true;
    }
}
