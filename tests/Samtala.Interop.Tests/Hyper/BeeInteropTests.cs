using System.Globalization;
using Samtala.Vectors;
using static Samtala.Interop.Tests.Hyper.Implementation;

namespace Samtala.Interop.Tests.Hyper;

/// <summary>Hyperbees written by one implementation and read by the other over TCP.</summary>
public sealed class BeeInteropTests
{
    [Theory]
    [InlineData(JavaScript, Implementation.Samtala)]
    [InlineData(Implementation.Samtala, JavaScript)]
    public async Task Keys_and_ranges_of_one_are_read_by_the_other(Implementation writer, Implementation reader)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var served = await PeerProcess.StartAsync(
            writer, "core-serve", "--bee", "--blocks", "1000", "--tcp", port);
        var key = (string)(await served.EventAsync("ready"))["key"]!;

        var one = await PeerProcess.RunAsync(reader, "bee-read", "--key", key, "--tcp", port, "--get", "key000042");
        Assert.Equal("value42", (string?)one["value"]);

        await using var scan = await PeerProcess.StartAsync(
            reader, "bee-read", "--key", key, "--tcp", port, "--gte", "key000500", "--lt", "key000505");
        Assert.Equal("hyperbee", (string?)(await scan.UntilAsync(l => l.ContainsKey("header")))["header"]);
        for (var i = 500; i < 505; i++)
            Assert.Equal($"value{i}", (string?)(await scan.UntilAsync(l => l.ContainsKey("key")))["value"]);
        Assert.Equal(5, (int)(await scan.UntilAsync(l => l.ContainsKey("ok")))["entries"]!);

        await using var back = await PeerProcess.StartAsync(
            reader, "bee-read", "--key", key, "--tcp", port, "--reverse", "--limit", "3");
        for (var i = 999; i > 996; i--)
            Assert.Equal($"key000{i}", (string?)(await back.UntilAsync(l => l.ContainsKey("key")))["key"]);
    }
}
