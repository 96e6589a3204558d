using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Proof that a log's signers said two things: two signed trees of one fork that differ within one length.
/// Source: docs/protocol/proofs.md, "Conflict".</summary>
/// <remarks>Immutable. Anybody who has the key can check it; nothing else is needed.</remarks>
public sealed class ConflictProof
{
    /// <summary>Most bytes of an encoded conflict.</summary>
    public const int SizeMax = 512 * 1024;

    private const ulong FormatVersion = 1;

    private ConflictProof(in Hash32 key, Proof first, Proof second, LogHead firstHead, LogHead secondHead)
    {
        Key = key;
        First = first;
        Second = second;
        FirstHead = firstHead;
        SecondHead = secondHead;
    }

    /// <summary>The key of the log.</summary>
    public Hash32 Key { get; }

    /// <summary>The fork both are of.</summary>
    public ulong Fork => First.Fork;

    /// <summary>The length within which they differ, in blocks.</summary>
    public ulong Length => First.Upgrade!.Length;

    /// <summary>One proof: an upgrade from nothing to <see cref="Length"/> and on to what was signed.</summary>
    public Proof First { get; }

    /// <summary>The other proof.</summary>
    public Proof Second { get; }

    /// <summary>What one signature says.</summary>
    public LogHead FirstHead { get; }

    /// <summary>What the other signature says.</summary>
    public LogHead SecondHead { get; }

    /// <summary>The hash of one tree of <see cref="Length"/> blocks.</summary>
    public Hash32 FirstTreeHash => MerkleHash.Tree(First.Upgrade!.Nodes.AsSpan());

    /// <summary>The hash of the other.</summary>
    public Hash32 SecondTreeHash => MerkleHash.Tree(Second.Upgrade!.Nodes.AsSpan());

    /// <summary>What a log that suspects another must show of itself, and ask of it.</summary>
    /// <param name="fork">The fork of both.</param>
    /// <param name="length">The shorter of the two lengths.</param>
    public static ProofRequest RequestFor(ulong fork, ulong length) =>
        new() { Fork = fork, Upgrade = new UpgradeRequest(0, length) };

    /// <summary>Compares two proofs of the same length.</summary>
    /// <param name="authority">Who may sign the log.</param>
    /// <param name="first">An upgrade from nothing, from anybody.</param>
    /// <param name="second">Another of the same fork and length, from anybody.</param>
    /// <param name="conflict">The conflict; null when there is none.</param>
    /// <returns>False when one is not valid, or both say the same.</returns>
    public static bool TryCreate(LogAuthority authority, Proof first, Proof second, out ConflictProof? conflict)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        conflict = null;
        if (first.Fork != second.Fork
            || first.Upgrade?.Length != second.Upgrade?.Length
            || Check(authority, first) is not { } firstHead
            || Check(authority, second) is not { } secondHead
            || MerkleHash.Tree(first.Upgrade!.Nodes.AsSpan()) == MerkleHash.Tree(second.Upgrade!.Nodes.AsSpan()))
        {
            return false;
        }

        Manifest? manifest = authority.Manifest ?? first.Manifest ?? second.Manifest;
        conflict = new ConflictProof(
            authority.Key, Own(first, firstHead, manifest), Own(second, secondHead, manifest), firstHead, secondHead);
        return true;
    }

    /// <summary>Reads and checks a conflict, stored by us or sent by a stranger.</summary>
    /// <param name="source">From <see cref="Encode"/>.</param>
    /// <param name="conflict">Null when refused.</param>
    /// <returns>False when it is cut short, too large, or proves no conflict.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out ConflictProof? conflict)
    {
        conflict = null;
        CompactReader reader = new(source.Span);
        if (source.Length > SizeMax
            || !reader.TryReadUInt(out ulong version)
            || version != FormatVersion
            || !reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> key)
            || !TryReadProof(ref reader, source, out Proof? first)
            || !TryReadProof(ref reader, source, out Proof? second))
        {
            return false;
        }

        LogAuthority? authority = new LogAuthority(new Hash32(key), null).Learn(first!.Manifest ?? second!.Manifest);
        return authority is not null && TryCreate(authority, first, second!, out conflict);
    }

    /// <summary>The bytes to keep and to show: both heads and who signed them.</summary>
    public byte[] Encode()
    {
        DataMessage first = new(0, First);
        DataMessage second = new(0, Second);
        int size = 1 + Hash32.Size + CompactSize.OfBuffer(first.Size) + CompactSize.OfBuffer(second.Size);
        byte[] target = new byte[size];
        CompactWriter writer = new(target);
        writer.WriteUInt(FormatVersion);
        Hash32 key = Key;
        writer.WriteFixed(key.Bytes);
        byte[] proof = new byte[first.Size];
        first.Write(proof);
        writer.WriteBuffer(proof);
        proof = new byte[second.Size];
        second.Write(proof);
        writer.WriteBuffer(proof);
        return target;
    }

    private static LogHead? Check(LogAuthority authority, Proof proof)
    {
        if (proof is not { Upgrade: { Start: 0 } upgrade, Block: null, Hash: null, Seek: null })
            return null;
        ProofVerdict verdict = ProofVerifier.VerifyAlone(authority, proof);

        // The roots of the compared length are exactly these nodes, or the upgrade would not have been accepted; one
        // node more would be ignored there but would make another hash here.
        return verdict.IsAccepted && upgrade.Nodes.Length == FlatTree.CountRoots(upgrade.Length)
            ? verdict.NewHead
            : null;
    }

    /// <summary>A copy that keeps no payload alive and has no more than was verified.</summary>
    private static Proof Own(Proof proof, LogHead head, Manifest? manifest) => proof with
    {
        Upgrade = new UpgradeProof
        {
            Start = 0,
            Length = proof.Upgrade!.Length,
            Nodes = proof.Upgrade.Nodes,
            AdditionalNodes = proof.Upgrade.AdditionalNodes,
            Signature = head.Signature,
        },
        Manifest = manifest,
    };

    private static bool TryReadProof(ref CompactReader reader, ReadOnlyMemory<byte> source, out Proof? proof)
    {
        proof = null;
        if (!reader.TryReadBuffer(out ReadOnlySpan<byte> bytes)
            || !DataMessage.TryDecode(
                source.Slice(reader.Position - bytes.Length, bytes.Length), out DataMessage message))
        {
            return false;
        }

        proof = message.Proof;
        return true;
    }
}
