namespace Samtala.Abstractions.Tests;

public sealed class BlobIdTests
{
    [Fact]
    public void An_id_survives_being_written_and_read()
    {
        var bytes = Enumerable.Range(0, BlobId.Size).Select(i => (byte)(255 - i)).ToArray();
        BlobId id = new(bytes);

        Assert.Equal(bytes, id.ToArray());
        Assert.True(BlobId.TryParse(id.ToString(), out var read));
        Assert.Equal(id, read);
        Assert.True(BlobId.TryParse(id.ToString().ToUpperInvariant(), out read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    public void Text_that_is_not_an_id_is_refused_without_an_exception(string text) =>
        Assert.False(BlobId.TryParse(text, out _));

    [Fact]
    public void Ids_are_in_byte_order()
    {
        var low = new byte[BlobId.Size];
        var high = new byte[BlobId.Size];
        low[31] = 0xff;
        high[15] = 0x01;

        Assert.True(new BlobId(low) < new BlobId(high));
        Assert.True(new BlobId(high) > new BlobId(low));
        Assert.Throws<ArgumentException>(() => new BlobId(new byte[31]));
    }
}
