namespace Samtala.Abstractions.Tests;

public sealed class DigestTests
{
    [Theory]
    [InlineData(DigestAlgorithm.Sha1, "sha1:", 20)]
    [InlineData(DigestAlgorithm.Sha256, "sha256:", 32)]
    [InlineData(DigestAlgorithm.Sha512, "sha512:", 64)]
    public void A_digest_survives_being_written_and_read(DigestAlgorithm algorithm, string prefix, int size)
    {
        var bytes = Enumerable.Range(0, size).Select(i => (byte)(i * 7)).ToArray();
        Digest digest = new(algorithm, bytes);

        Assert.StartsWith(prefix, digest.ToString(), StringComparison.Ordinal);
        Assert.True(Digest.TryParse(digest.ToString(), out var read));
        Assert.Equal(digest, read);
        Assert.Equal(digest.GetHashCode(), read.GetHashCode());
        Assert.True(read.Value.SequenceEqual(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData("sha256:00")]
    [InlineData("md5:00000000000000000000000000000000")]
    [InlineData("SHA1:0000000000000000000000000000000000000000")]
    [InlineData("sha1:000000000000000000000000000000000000000g")]
    [InlineData("sha1:00000000000000000000000000000000000000000")]
    public void Text_that_is_not_a_digest_is_refused_without_an_exception(string text) =>
        Assert.False(Digest.TryParse(text, out _));

    [Fact]
    public void A_digest_of_another_length_is_a_programming_error() =>
        Assert.Throws<ArgumentException>(() => new Digest(DigestAlgorithm.Sha256, new byte[20]));

    [Fact]
    public void Equal_bytes_of_other_algorithms_are_other_digests() =>
        Assert.False(
            new Digest(DigestAlgorithm.Sha1, new byte[20]).Equals(new Digest(DigestAlgorithm.Sha256, new byte[32])));
}
