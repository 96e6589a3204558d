using System.Globalization;
using System.Text.Json.Nodes;
using Samtala.Vectors;
using static Samtala.Interop.Tests.Hyper.Implementation;

namespace Samtala.Interop.Tests.Hyper;

/// <summary>Logs between our peer and the JavaScript one over TCP, either way round.</summary>
public sealed class LogInteropTests
{
    public static TheoryData<Implementation, Implementation> BothWays => new()
    {
        { JavaScript, Implementation.Samtala },
        { Implementation.Samtala, JavaScript },
    };

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task A_log_arrives_whole(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "300"]);
        var got = await ReadAsync(reader, served, []);
        Assert.Equal(300, (int)got["length"]!);
        AssertEqualTrees(served.Ready, got);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task A_log_of_a_hundred_thousand_blocks_arrives_whole(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "100000"]);
        var got = await ReadAsync(reader, served, ["--timeout", "100"]);
        Assert.Equal(100_000, (int)got["length"]!);
        AssertEqualTrees(served.Ready, got);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task Blocks_of_a_mebibyte_arrive_whole(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "12", "--size", "1048576"]);
        var got = await ReadAsync(reader, served, []);
        Assert.Equal(12 << 20, (int)got["bytes"]!);
        AssertEqualTrees(served.Ready, got);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task A_log_of_hypercore_10_arrives_whole(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "50", "--compat"]);
        AssertEqualTrees(served.Ready, await ReadAsync(reader, served, []));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task A_log_that_a_majority_of_three_signs_arrives_whole(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "1100", "--signers", "3"]);
        var got = await ReadAsync(reader, served, []);
        Assert.Equal(1100, (int)got["length"]!);
        AssertEqualTrees(served.Ready, got);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task An_encrypted_log_is_read_with_its_key(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "50", "--encrypt", "secret"]);
        var got = await ReadAsync(reader, served, ["--encrypt", "secret"]);
        AssertEqualTrees(served.Ready, got);

        await using var open = await ServeAsync(JavaScript, ["--blocks", "50"]);
        Assert.Equal((string?)(await ReadAsync(JavaScript, open, []))["digest"], (string?)got["digest"]);
    }

    // One way only: the JavaScript reader cannot read such a log of its own kind either ("k must be a typed array").
    [Fact]
    public async Task An_encrypted_log_of_hypercore_10_is_read_with_its_key()
    {
        await using var served = await ServeAsync(JavaScript, ["--blocks", "20", "--encrypt", "secret", "--compat"]);
        var got = await ReadAsync(Implementation.Samtala, served, ["--encrypt", "secret"]);
        await using var open = await ServeAsync(JavaScript, ["--blocks", "20"]);
        Assert.Equal((string?)(await ReadAsync(JavaScript, open, []))["digest"], (string?)got["digest"]);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task A_range_arrives_without_the_rest(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "2000"]);
        var got = await ReadAsync(reader, served, ["--range", "1000-1010"]);
        Assert.Equal(1000, (int)got["bytes"]!);
        Assert.Equal(2000, (int)got["length"]!);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task What_is_appended_later_arrives_at_once(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(server, ["--blocks", "10", "--append-every", "100"]);
        await using var following = await FollowAsync(reader, served);
        await following.UntilAsync(line => line.ContainsKey("ok"));
        var first = (int)(await following.EventAsync("append"))["length"]!;
        var later = (int)(await following.UntilAsync(l => (int?)l["length"] > first + 2))["length"]!;
        Assert.True(later > first + 2);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task A_log_that_is_cut_back_is_cut_back_at_the_reader(Implementation server, Implementation reader)
    {
        await using var served = await ServeAsync(
            server, ["--blocks", "100", "--truncate-to", "37", "--truncate-after", "5000"]);
        await using var following = await FollowAsync(reader, served);
        await following.UntilAsync(line => line.ContainsKey("ok"));
        var truncated = await following.EventAsync("truncate");
        Assert.Equal(1, (int)truncated["fork"]!);
        Assert.Equal(37, (int)truncated["length"]!);
    }

    private static async Task<Served> ServeAsync(Implementation server, string[] flags)
    {
        var port = FreePort.Next();
        var peer = await PeerProcess.StartAsync(
            server, "core-serve", ["--tcp", port.ToString(CultureInfo.InvariantCulture), .. flags]);
        return new Served(peer, port, await peer.EventAsync("ready"));
    }

    private static Task<JsonObject> ReadAsync(Implementation reader, Served served, string[] flags) =>
        PeerProcess.RunAsync(reader, "core-replicate", [.. served.Address, .. flags]);

    private static Task<PeerProcess> FollowAsync(Implementation reader, Served served) =>
        PeerProcess.StartAsync(reader, "core-replicate", [.. served.Address, "--live"]);

    private static void AssertEqualTrees(JsonObject served, JsonObject got) =>
        Assert.Equal((string?)served["treeHash"], (string?)got["treeHash"]);
}
