using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Tests.Proofs;

/// <summary>A whole log in memory with its writer's key.</summary>
internal sealed class WriterLog : IDisposable
{
    private readonly SecretSlab _slab = new();
    private readonly SecretKey _key;
    private readonly List<byte[]> _blocks = [];

    public WriterLog(int seed, bool isCompat = false)
    {
        byte[] bytes = new byte[SecretKey.SeedSize];
        bytes[0] = (byte)seed;
        _key = SecretKey.FromSeed(_slab, bytes);
        Manifest = isCompat ? null : Manifest.Single(_key.PublicKey);
        Authority = new LogAuthority(
            Manifest?.ComputeKey() ?? new Hash32(_key.PublicKey.Bytes), Manifest);
    }

    public Manifest? Manifest { get; }

    public LogAuthority Authority { get; }

    /// <summary>What a reader knows at first.</summary>
    public LogAuthority Stranger => new(Authority.Key, null);

    public NodeTable Table { get; private set; } = new();

    public LogHead Head => Table.Head;

    public IReadOnlyList<byte[]> Blocks => _blocks;

    public void Append(params ReadOnlySpan<byte[]> blocks)
    {
        _blocks.AddRange(blocks);
        Rebuild(Head.Fork);
    }

    public void AppendRandom(Random random, int count, int sizeMax = 40)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] block = new byte[random.Next(sizeMax + 1)];
            random.NextBytes(block);
            _blocks.Add(block);
        }

        Rebuild(Head.Fork);
    }

    public void Truncate(int length, ulong fork)
    {
        _blocks.RemoveRange(length, _blocks.Count - length);
        Rebuild(fork);
    }

    /// <summary>The head of a shorter length, signed too.</summary>
    public LogHead HeadAt(int length)
    {
        ulong[] indices = new ulong[FlatTree.CountRoots((ulong)length)];
        FlatTree.FullRoots((ulong)length, indices);
        LogHead head = LogHead.Of(Head.Fork, [.. indices.Select(i => Table.Nodes[i])]);
        return length == 0 ? head : head with { Signature = Authority.Sign(_key, head) };
    }

    public async Task<Proof> ProveAsync(ProofRequest request, LogHead? head = null)
    {
        ProverResult result = await Prover.CreateAsync(head ?? Head, Table, request, Manifest, default);
        Assert.Equal(ProofError.None, result.Error);
        return result.Proof!.Block is { } block ? result.Proof.WithBlockValue(_blocks[(int)block.Index]) : result.Proof;
    }

    public void Dispose()
    {
        _key.Dispose();
        _slab.Dispose();
    }

    private void Rebuild(ulong fork)
    {
        Table = NodeTable.Of(_blocks, fork);
        if (Head.Length > 0)
            Table.Head = Head with { Signature = Authority.Sign(_key, Head) };
    }
}
