using System.Security.Cryptography;

namespace Samtala.Crypto.Tests;

public sealed class SecretSlabTests
{
    [Fact]
    public void A_disposed_secret_is_wiped_and_its_slot_is_used_again()
    {
        using SecretSlab slab = new();
        byte[] bytes = [.. Enumerable.Range(1, SymmetricKey.Size).Select(i => (byte)i)];
        nint slot = slab.Rent();
        slab.Return(slot);
        SymmetricKey key = SymmetricKey.FromBytes(slab, bytes);
        using (SecretLease lease = key.Open())
            Assert.Equal(bytes, lease.Bytes.ToArray());
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Open());
        Assert.Equal(0, slab.Count);

        nint again = slab.Rent();
        Assert.Equal(slot, again);
        unsafe
        {
            Assert.False(new ReadOnlySpan<byte>((void*)again, SecretSlab.SlotSize).ContainsAnyExcept((byte)0));
        }

        slab.Return(again);
    }

    [Fact]
    public void Secrets_beyond_the_first_page_get_another_page()
    {
        using SecretSlab slab = new();
        using var random = RandomNumberGenerator.Create();
        List<SymmetricKey> keys = [];
        for (int i = 0; i < SecretSlab.SlotsPerPage * 3; i++)
            keys.Add(SymmetricKey.Generate(slab, random));
        HashSet<string> distinct = [];
        foreach (SymmetricKey key in keys)
        {
            using SecretLease lease = key.Open();
            Assert.True(distinct.Add(Convert.ToHexString(lease.Bytes)));
        }

        keys.ForEach(k => k.Dispose());
        Assert.Equal(0, slab.Count);
    }

    [Fact]
    public void A_refused_lock_is_a_warning_that_says_what_to_do()
    {
        using SecretSlab locked = new(_ => true);
        Assert.Null(locked.Warning);
        using SecretSlab unlocked = new(_ => false);
        Assert.Contains("ulimit -l", unlocked.Warning, StringComparison.Ordinal);
        using SymmetricKey key = SymmetricKey.FromBytes(unlocked, new byte[SymmetricKey.Size]);
        Assert.Equal(1, unlocked.Count);
    }

    [Fact]
    public void A_secret_outlives_the_disposal_of_its_slab()
    {
        SecretSlab slab = new();
        SecretKey key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
        slab.Dispose();
        Signature signature = key.Sign("still here"u8);
        Assert.True(Ed25519.Verify(key.PublicKey, "still here"u8, signature));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]));
    }

    [Fact]
    public async Task Signing_while_the_key_is_disposed_either_signs_or_refuses()
    {
        using SecretSlab slab = new();
        for (int round = 0; round < 50; round++)
        {
            SecretKey key = SecretKey.FromSeed(slab, new byte[SecretKey.SeedSize]);
            PublicKey publicKey = key.PublicKey;
            Task signer = Task.Run(() =>
            {
                try
                {
                    for (int i = 0; i < 20; i++)
                        Assert.True(Ed25519.Verify(publicKey, "m"u8, key.Sign("m"u8)));
                }
                catch (ObjectDisposedException)
                {
                    // The other outcome.
                }
            }, TestContext.Current.CancellationToken);
            key.Dispose();
            await signer;
        }
    }
}
