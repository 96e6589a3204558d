using Samtala.Crypto;
using Samtala.Hypercore.Corestores;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Tests.Corestores;

public sealed class SpaceLogTests
{
    private static readonly PublicKey s_writer = new(Enumerable.Range(1, 32).Select(x => (byte)x).ToArray());
    private static readonly Hash32 s_space = Blake2b.HashData("a space"u8);

    [Fact]
    public void Every_part_of_the_name_and_the_secret_make_another_log()
    {
        using SecretSlab slab = new();
        using SymmetricKey secret = SymmetricKey.FromBytes(slab, new byte[32].Select(_ => (byte)7).ToArray());
        using SymmetricKey zeros = SymmetricKey.FromBytes(slab, new byte[32]);
        SpaceLog log = new(s_writer, s_space, "chat/room", 0);
        Hash32[] keys =
        [
            log.ToManifest(null).ComputeKey(),
            log.ToManifest(secret).ComputeKey(),
            (log with { Incarnation = 1 }).ToManifest(secret).ComputeKey(),
            (log with { Type = "chat/member" }).ToManifest(secret).ComputeKey(),
            (log with { Space = Blake2b.HashData("another"u8) }).ToManifest(secret).ComputeKey(),
            (log with { Writer = new PublicKey(s_space.Bytes) }).ToManifest(secret).ComputeKey(),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], log.ToManifest(zeros).ComputeKey());
        Assert.Equal(keys[1], log.ToManifest(secret).ComputeKey());
    }

    [Fact]
    public void The_namespace_is_the_keyed_hash_of_label_space_type_and_incarnation()
    {
        SpaceLog log = new(s_writer, s_space, "t", 0x01020304);
        byte[] name = [.. "samtala/log/1"u8, .. s_space.Bytes, (byte)'t', 4, 3, 2, 1];
        ManifestSigner signer = Assert.Single(log.ToManifest(null).Signers);
        Assert.Equal(Blake2b.HashKeyed(new byte[32], name), signer.Namespace);
        Assert.Equal(s_writer, signer.PublicKey);
    }

    [Fact]
    public void A_type_has_a_size()
    {
        Assert.Throws<ArgumentException>(() => new SpaceLog(s_writer, s_space, "", 0));
        Assert.Throws<ArgumentException>(() => new SpaceLog(s_writer, s_space, new string('x', 129), 0));
    }
}
