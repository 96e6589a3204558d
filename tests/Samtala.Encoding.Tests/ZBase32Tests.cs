using Samtala.Vectors;

namespace Samtala.Encodings.Tests;

public sealed class ZBase32Tests
{
    [Fact]
    public void Whatever_is_written_is_read_back()
    {
        Random random = TestSeed.NewRandom();
        for (int size = 0; size < 70; size++)
        {
            byte[] bytes = new byte[size];
            random.NextBytes(bytes);
            string text = ZBase32.Encode(bytes);
            byte[] read = new byte[size];
            Assert.True(ZBase32.TryDecode(text, read));
            Assert.Equal(bytes, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("YY")]
    [InlineData("y")]
    [InlineData("yyy")]
    [InlineData("yb")]
    [InlineData("l0")]
    public void Text_that_is_not_one_byte_is_refused(string text) =>
        Assert.False(ZBase32.TryDecode(text, new byte[1]));
}
