namespace Samtala.Peers.Tests;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("192.0.2.7:7652", "192.0.2.7", 7652)]
    [InlineData("node.example:1", "node.example", 1)]
    [InlineData("[2001:db8::1]:65535", "2001:db8::1", 65535)]
    public void A_host_and_a_port_are_read_and_written_alike(string text, string host, int port)
    {
        Assert.True(PeerAddress.TryParse(text, out var address));
        Assert.Equal(host, address.Host);
        Assert.Equal(port, address.Port);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":7652")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("2001:db8::1:7652")]
    [InlineData("[not an address]:7652")]
    [InlineData("a b:7652")]
    [InlineData("http://host:7652")]
    public void Anything_else_is_refused(string text) => Assert.False(PeerAddress.TryParse(text, out _));
}
