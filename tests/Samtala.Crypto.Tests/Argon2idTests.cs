namespace Samtala.Crypto.Tests;

public sealed class Argon2idTests
{
    private static readonly byte[] s_salt = "sixteen bytes of"u8.ToArray();

    [Fact]
    public void A_key_follows_from_passphrase_salt_and_cost()
    {
        using SecretSlab slab = new();
        Argon2Cost cost = new(2, Argon2id.MemoryBytesMin * 8);
        string Derive(string passphrase, byte[] salt, Argon2Cost price)
        {
            using SymmetricKey key = Argon2id.DeriveKey(slab, passphrase, salt, price);
            using SecretLease lease = key.Open();
            return Convert.ToHexString(lease.Bytes);
        }

        string first = Derive("correct horse", s_salt, cost);
        Assert.Equal(first, Derive("correct horse", s_salt, cost));
        Assert.NotEqual(first, Derive("correct horsf", s_salt, cost));
        Assert.NotEqual(first, Derive("correct horse", [.. s_salt.Reverse()], cost));
        Assert.NotEqual(first, Derive("correct horse", s_salt, cost with { Passes = 3 }));
    }

    [Fact]
    public void The_key_is_the_one_an_independent_implementation_derives()
    {
        // @noble/hashes 1.8.0: argon2id('password', 'somesaltsomesalt', { t: 2, m: 65536, p: 1, dkLen: 32 })
        byte[] key = new byte[32];
        Argon2id.DeriveKey("password"u8, "somesaltsomesalt"u8, new Argon2Cost(2, 64 << 20), key);
        Assert.Equal(
            "fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2", Convert.ToHexStringLower(key));
    }

    [Theory]
    [InlineData(0, 8192)]
    [InlineData(65, 8192)]
    [InlineData(1, 8191)]
    [InlineData(1, (1L << 30) + 1)]
    public void A_cost_out_of_range_is_refused_before_anything_is_allocated(int passes, long memory) =>
        Assert.Throws<ArgumentException>(
            () => Argon2id.DeriveKey("p"u8, s_salt, new Argon2Cost(passes, memory), new byte[32]));

}
