using System.Globalization;
using Samtala.Vectors;
using static Samtala.Interop.Tests.Hyper.Implementation;

namespace Samtala.Interop.Tests.Hyper;

/// <summary>The encrypted stream between both implementations over TCP, in every pattern of the handshake that the
/// reference can use over TCP.</summary>
public sealed class SecretStreamInteropTests
{
    [Theory]
    [InlineData(JavaScript, Implementation.Samtala, "XX", 1000)]
    [InlineData(Implementation.Samtala, JavaScript, "XX", 1000)]
    [InlineData(JavaScript, Implementation.Samtala, "IK", 1000)]
    [InlineData(Implementation.Samtala, JavaScript, "IK", 1000)]
    [InlineData(JavaScript, Implementation.Samtala, "XK", 10)]
    [InlineData(Implementation.Samtala, JavaScript, "XK", 10)]
    [InlineData(JavaScript, Implementation.Samtala, "XX", 3_000_000)]
    [InlineData(Implementation.Samtala, JavaScript, "XX", 3_000_000)]
    public async Task What_one_sends_comes_back_from_the_other(
        Implementation server, Implementation client, string pattern, int size)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var echo = await PeerProcess.StartAsync(
            server, "secret-tcp", "--listen", port, "--pattern", pattern);
        var key = (string)(await echo.EventAsync("listening"))["publicKey"]!;
        var got = await PeerProcess.RunAsync(
            client, "secret-tcp", "--connect", port, "--seed", "client", "--pattern", pattern, "--remote", key,
            "--size", size.ToString(CultureInfo.InvariantCulture));
        Assert.True((bool)got["ok"]!);
        Assert.Equal(10, (int)got["messages"]!);
        var open = await echo.EventAsync("open");
        Assert.Equal((string?)open["hash"], (string?)got["hash"]);
        Assert.Equal(key, (string?)got["remote"]);
    }
}
