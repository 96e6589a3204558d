using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Tests.Wire;

public sealed class HeaderTests
{
    [Theory]
    [InlineData("1S", 1000)]
    [InlineData("250m", 250)]
    [InlineData("2M", 120000)]
    [InlineData("1H", 3600000)]
    [InlineData("5000u", 5)]
    public void A_timeout_is_read(string text, int milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(milliseconds, timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("1X")]
    [InlineData("123456789S")]
    [InlineData("1.5S")]
    public void A_malformed_timeout_is_refused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(0.001)]
    [InlineData(1)]
    [InlineData(99999.5)]
    [InlineData(100000000.0)]
    [InlineData(3000000000.0)]
    public void A_timeout_written_is_never_shorter(double milliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);
        Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(timeout), out var read));
        Assert.True(read >= timeout, $"{read} < {timeout}");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("100 % wörks\r\n€")]
    [InlineData("")]
    public void A_message_survives_its_header(string message)
    {
        var encoded = WireText.EncodeMessage(message);
        Assert.All(encoded, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal(message, WireText.DecodeMessage(encoded));
    }

    [Fact]
    public void Bytes_may_come_padded_or_not_and_joined()
    {
        var metadata = new Metadata();
        WireText.AddTo(metadata, "x-bin", "AQ==,AgM, !!");
        Assert.Equal([[1], [2, 3]], metadata.GetAll("x-bin").Select(e => e.ValueBytes));
    }

    [Fact]
    public void A_key_says_whether_it_carries_bytes()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x", [1]));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a b", "text"));
        Assert.Equal("x-y", new Metadata.Entry("X-Y", "text").Key);
    }
}
