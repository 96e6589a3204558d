namespace Samtala.Crypto.Tests;

public sealed class KeyTypeTests
{
    private const string Hex = "00ff102030405060708090a0b0c0d0e0f0112131415161718191a1b1c1d1e1f1";

    [Fact]
    public void Text_and_bytes_are_the_same_value()
    {
        Hash32 hash = Hash32.Parse(Hex);
        Assert.Equal(Hex, hash.ToString());
        Assert.Equal(hash, new Hash32(Convert.FromHexString(Hex)));
        Assert.Equal(hash.GetHashCode(), Hash32.Parse(Hex.ToUpperInvariant()).GetHashCode());
        Assert.True(hash == Hash32.Parse(Hex));
        Assert.True(hash != default);
        Assert.Equal(PublicKey.Parse(Hex).ToString(), hash.ToString());
        Assert.Equal(Hex + Hex, Signature.Parse(Hex + Hex).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zzff102030405060708090a0b0c0d0e0f0112131415161718191a1b1c1d1e1f1")]
    [InlineData("00ff102030405060708090a0b0c0d0e0f0112131415161718191a1b1c1d1e1f10")]
    [InlineData(" 0ff102030405060708090a0b0c0d0e0f0112131415161718191a1b1c1d1e1f1")]
    public void Anything_else_is_refused_with_a_sentence(string text)
    {
        Assert.False(Hash32.TryParse(text, out Hash32 hash));
        Assert.True(hash.IsZero);
        Assert.False(PublicKey.TryParse(text, out _));
        Assert.False(Signature.TryParse(text, out _));
        var refusal = Assert.Throws<FormatException>(() => PublicKey.Parse(text));
        Assert.Contains("64 hexadecimal digits", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_of_another_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Hash32(new byte[31]));
        Assert.Throws<ArgumentException>(() => new PublicKey(new byte[33]));
        Assert.Throws<ArgumentException>(() => new Signature(new byte[63]));
    }
}
