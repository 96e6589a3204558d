using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Signatures;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Proofs;

/// <summary>Who may sign a log: its key, and its manifest once known. Says what is signed, and whether a signature is
/// valid.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class LogAuthority
{
    private readonly bool _isLegacy;
    private readonly ImmutableArray<ManifestSigner> _signers;
    private readonly int _version;
    private readonly int _quorum;

    /// <summary>The authority of a log.</summary>
    /// <param name="key">The key of the log.</param>
    /// <param name="manifest">Its manifest, or null while none arrived: then the log is taken for one of hypercore 10,
    /// whose key is the writer's own.</param>
    /// <param name="isLegacy">Signatures have no namespace: only for logs older still.</param>
    /// <exception cref="ArgumentException">The manifest is not of this key.</exception>
    public LogAuthority(in Hash32 key, Manifest? manifest, bool isLegacy = false)
    {
        IsCompat = manifest is null || IsCompatManifest(key, manifest);
        if (!IsCompat && manifest!.ComputeKey() != key)
        {
            throw new ArgumentException(
                $"The manifest's key is {manifest.ComputeKey()}, not {key}: it is of another log.", nameof(manifest));
        }

        Key = key;
        Manifest = manifest;
        _isLegacy = isLegacy;
        _signers = manifest?.Signers ?? [new ManifestSigner(new PublicKey(key.Bytes))];
        _version = IsCompat ? 0 : manifest!.Version;
        _quorum = IsCompat ? 1 : manifest!.Quorum;
        Prologue = IsCompat ? null : manifest!.Prologue;
    }

    /// <summary>The key of the log.</summary>
    public Hash32 Key { get; }

    /// <summary>The manifest; null while none is known.</summary>
    public Manifest? Manifest { get; }

    /// <summary>Whether the key is the writer's own, as in hypercore 10; also while no manifest is known.</summary>
    public bool IsCompat { get; }

    /// <summary>Whether nobody can ever sign: the log is what its key says.</summary>
    public bool IsStatic => !IsCompat && _quorum == 0;

    /// <summary>How many must sign.</summary>
    public int Quorum => _quorum;

    /// <summary>The beginning that the key itself fixes, or null.</summary>
    public ManifestPrologue? Prologue { get; }

    private bool AllowsPatch => !IsCompat && Manifest!.AllowPatch;

    /// <summary>A version 0 manifest of one signer has the bare 64 bytes.</summary>
    private bool HasBareSignature => _version == 0 && (IsCompat || (!AllowsPatch && _signers.Length == 1));

    /// <summary>Whether a tree of this length is fixed by the key and needs no signature.</summary>
    /// <param name="length">In blocks.</param>
    public bool IsFixed(ulong length) => _version > 0 && Prologue is not null && length <= Prologue.Length;

    /// <summary>The authority once a manifest arrived.</summary>
    /// <param name="manifest">From anybody; null changes nothing.</param>
    /// <returns>This, when a manifest is known already or none came; null when it is not of this key.</returns>
    public LogAuthority? Learn(Manifest? manifest)
    {
        if (manifest is null || Manifest is not null)
            return this;
        Hash32 key = Key;
        return IsCompatManifest(key, manifest) || manifest.ComputeKey() == key
            ? new LogAuthority(key, manifest, _isLegacy)
            : null;
    }

    /// <summary>Whether a head is valid: fixed by the key, or signed by enough of those who may.</summary>
    /// <param name="head">With its signature.</param>
    public bool Verify(LogHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return TryVerify(SignedTree.Of(head), head.Signature.Span, out _);
    }

    /// <summary>The bytes that a signer signs.</summary>
    /// <param name="signer">The signer's place in the manifest.</param>
    /// <param name="head">The tree; its signature is not looked at.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signer.</exception>
    public byte[] Signable(int signer, LogHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentOutOfRangeException.ThrowIfNegative(signer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(signer, _signers.Length);
        return Signable(signer, SignedTree.Of(head));
    }

    /// <summary>Finds a signer.</summary>
    /// <param name="publicKey">The signer's key.</param>
    /// <returns>The place in the manifest; null when this key may not sign.</returns>
    public int? FindSigner(in PublicKey publicKey)
    {
        for (int i = 0; i < _signers.Length; i++)
        {
            if (_signers[i].PublicKey == publicKey)
                return i;
        }

        return null;
    }

    /// <summary>Signs a head alone.</summary>
    /// <param name="key">Of a signer.</param>
    /// <param name="head">The new state.</param>
    /// <returns>The signature in wire form; empty for a tree that the log's key fixes.</returns>
    /// <exception cref="InvalidOperationException">This key may not sign, or not alone: see
    /// <see cref="SignatureQuorum"/>.</exception>
    public byte[] Sign(SecretKey key, LogHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return Sign(key, SignedTree.Of(head));
    }

    internal byte[] Sign(SecretKey key, in SignedTree tree)
    {
        if (IsFixed(tree.Length))
            return [];
        if (_quorum != 1 && !HasBareSignature)
            throw new InvalidOperationException($"This log needs {_quorum} signatures; one key cannot sign it alone.");
        PartialSignature part = SignPart(key, tree);
        return HasBareSignature ? part.Signature.Bytes.ToArray() : Assemble([part]);
    }

    /// <summary>Signs a head as one of several.</summary>
    /// <param name="key">Of a signer.</param>
    /// <param name="head">The tree this signer has.</param>
    /// <exception cref="InvalidOperationException">This key may not sign.</exception>
    public PartialSignature SignPart(SecretKey key, LogHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return SignPart(key, SignedTree.Of(head));
    }

    internal PartialSignature SignPart(SecretKey key, in SignedTree tree)
    {
        ArgumentNullException.ThrowIfNull(key);
        int signer = FindSigner(key.PublicKey)
            ?? throw new InvalidOperationException($"The key {key.PublicKey} is none of the signers of log {Key}.");
        return new PartialSignature { Signer = signer, Signature = key.Sign(Signable(signer, tree)) };
    }

    /// <summary>Puts together what signers said.</summary>
    /// <param name="parts">In the order they shall count.</param>
    /// <returns>The signature in wire form.</returns>
    /// <exception cref="ArgumentException">Fewer than the quorum.</exception>
    public byte[] Assemble(IReadOnlyList<PartialSignature> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count < _quorum || parts.Count == 0)
            throw new ArgumentException($"{_quorum} signatures are needed, not {parts.Count}.", nameof(parts));
        return HasBareSignature
            ? parts[0].Signature.Bytes.ToArray()
            : MultiSignature.Assemble(_version, parts).Encode(_version);
    }

    /// <summary>Whether one signer signed a head, or a longer one that its nodes lead to.</summary>
    /// <param name="head">The head.</param>
    /// <param name="part">From anybody.</param>
    public bool Verify(LogHead head, PartialSignature part)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(part);
        SignerProof proof = new((ulong)part.Signer, part.Signature, part.Patch);
        return part.Signer >= 0 && TryVerify(SignedTree.Of(head), proof, part.Nodes, out _);
    }

    /// <summary>Verifies a stranger's signature.</summary>
    /// <param name="tree">What must have been signed.</param>
    /// <param name="signature">In wire form.</param>
    /// <param name="kept">What of it matters, copied: nobody can make us store more than the quorum's
    /// signatures.</param>
    internal bool TryVerify(in SignedTree tree, ReadOnlySpan<byte> signature, out byte[] kept)
    {
        kept = [];
        if (IsFixed(tree.Length))
            return tree.Length == Prologue!.Length && tree.Hash == Prologue.Hash;
        if (!HasBareSignature)
            return TryVerifyContainer(tree, signature, out kept);
        if (signature.Length != Signature.Size)
            return false;
        kept = signature.ToArray();
        return Ed25519.Verify(_signers[0].PublicKey, Signable(0, tree), new Signature(signature));
    }

    private static bool IsCompatManifest(in Hash32 key, Manifest manifest) =>
        manifest.Signers.Length == 1 && manifest.Signers[0].PublicKey.Bytes.SequenceEqual(key.Bytes);

    private bool TryVerifyContainer(in SignedTree tree, ReadOnlySpan<byte> signature, out byte[] kept)
    {
        kept = [];
        if (_quorum == 0
            || !MultiSignature.TryDecode(_version, signature, out MultiSignature? container)
            || container!.Proofs.Length < _quorum)
        {
            return false;
        }

        Span<bool> seen = stackalloc bool[Manifest.SignerCountMax];
        PartialSignature[] parts = new PartialSignature[_quorum];
        for (int i = 0; i < parts.Length; i++)
        {
            SignerProof proof = container.Proofs[i];
            if (proof.Signer >= (ulong)_signers.Length || seen[(int)proof.Signer])
                return false;
            seen[(int)proof.Signer] = true;
            if (!TryVerify(tree, proof, container.Nodes, out ImmutableArray<MerkleNode> used))
                return false;
            parts[i] = new PartialSignature
            {
                Signer = (int)proof.Signer,
                Signature = proof.Signature,
                Patch = AllowsPatch ? proof.Patch : 0,
                Nodes = used,
            };
        }

        kept = MultiSignature.Assemble(_version, parts).Encode(_version);
        return true;
    }

    private bool TryVerify(
        in SignedTree tree,
        SignerProof proof,
        ImmutableArray<MerkleNode> nodes,
        out ImmutableArray<MerkleNode> used)
    {
        used = [];
        if (proof.Signer >= (ulong)_signers.Length)
            return false;
        int signer = (int)proof.Signer;
        SignedTree signed = tree;
        if (proof.Patch > 0 && AllowsPatch && !TryExtend(tree, proof.Patch, nodes, out signed, out used))
            return false;
        return Ed25519.Verify(_signers[signer].PublicKey, Signable(signer, signed), proof.Signature);
    }

    /// <summary>The tree that a signer of a longer log had.</summary>
    private static bool TryExtend(
        in SignedTree tree,
        ulong patch,
        ImmutableArray<MerkleNode> nodes,
        out SignedTree extended,
        out ImmutableArray<MerkleNode> used)
    {
        extended = default;
        used = [];
        if (patch > CompactLimits.UIntMax - tree.Length)
            return false;
        Span<CandidateNode> room = stackalloc CandidateNode[GrowingTree.RootsMax];
        GrowingTree growing = new(tree.Roots.AsSpan(), room);
        NodeSink sink = new(new MerkleNode[(nodes.Length + tree.Roots.Length + 1) * 2]);
        List<MerkleNode> taken = [];
        PatchNodes source = new(nodes, taken);
        if (!growing.TryGrow(tree.Length + patch, ref source, ref sink))
            return false;
        extended = SignedTree.Of(LogHead.Of(tree.Fork, growing.ToRoots()));
        used = [.. taken];
        return true;
    }

    private byte[] Signable(int signer, in SignedTree tree)
    {
        Hash32 hash = tree.Hash;
        if (IsCompat)
        {
            return _isLegacy
                ? TreeSignable.CreateLegacy(hash, tree.Length, tree.Fork)
                : TreeSignable.CreateCompat(hash, tree.Length, tree.Fork);
        }

        Hash32 context = _version == 0 ? _signers[signer].Namespace : Key;
        return TreeSignable.Create(context, hash, tree.Length, tree.Fork);
    }

    /// <summary>Nodes by their index; when several have one index, the last counts.</summary>
    private readonly struct PatchNodes(ImmutableArray<MerkleNode> nodes, List<MerkleNode> used) : INodeSource
    {
        public bool TryTake(ulong index, out CandidateNode node)
        {
            for (int i = nodes.Length - 1; i >= 0; i--)
            {
                if (nodes[i].Index != index)
                    continue;
                used.Add(nodes[i]);
                node = new CandidateNode(nodes[i], IsSizeProven: false, IsStored: false);
                return true;
            }

            node = default;
            return false;
        }
    }
}
