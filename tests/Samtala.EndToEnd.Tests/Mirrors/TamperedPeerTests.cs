using System.Net;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>A node whose disk or connection changes bytes: the follower gets the right ones or none.</summary>
public sealed class TamperedPeerTests
{
    private const string File = "registry/npm/lodash/-/lodash-4.17.21.tgz";

    [Fact]
    public async Task Bytes_changed_on_the_way_are_never_taken()
    {
        var upstream = await MirrorCalls.RequireUpstreamAsync();
        await using var first = await RunningNode.StartAsync();
        await first.SetUpstreamAsync("npm", upstream.AbsoluteUri);
        var right = await first.Client.GetByteArrayAsync(File);
        await using FlippingProxy proxy = new(first.Listen);
        await using var other = await RunningNode.StartAsync();
        await other.IsolateAsync();

        // A byte of every 40,000 is wrong, so that no file comes through whole and the small talk sometimes does.
        proxy.FlipEvery = 40_000;
        await other.FollowAsync(first, proxy.Address);
        for (var i = 0; i < 5; i++)
        {
            using var refused = await other.Client.GetAsync(File);
            Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
        }

        Assert.True(proxy.Flipped > 0);
        Assert.Equal(0, await other.CounterAsync("npm", "peerFiles"));
        proxy.FlipEvery = 0;
        Assert.Equal(right, await HealedAsync(other));
    }

    [Fact]
    public async Task Bytes_changed_on_the_other_nodes_disk_are_never_taken()
    {
        var upstream = await MirrorCalls.RequireUpstreamAsync();
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            byte[] right;
            await using (var first = await RunningNode.StartAsync(data))
            {
                await first.SetUpstreamAsync("npm", upstream.AbsoluteUri);
                right = await first.Client.GetByteArrayAsync(File);
                await first.SamtalaAsync("registry", "share");
                await first.TerminateAsync();
            }

            Assert.True(Flip(data, right.AsSpan(right.Length / 2, 64)) > 0, "The file's bytes were not found on disk.");
            await using var damaged = await RunningNode.StartAsync(data);
            await using var other = await RunningNode.StartAsync();
            await other.IsolateAsync();
            await other.FollowAsync(damaged);
            using var refused = await other.Client.GetAsync(File);
            Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
            Assert.Equal(0, await other.CounterAsync("npm", "peerFiles"));
            Assert.DoesNotContain(
                "lodash-4.17.21.tgz",
                (await other.GetJsonAsync("v1/registry/mirrors/npm/packages")).GetRawText(),
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The file, as soon as the connection is there again.</summary>
    private static async Task<byte[]> HealedAsync(RunningNode node)
    {
        while (true)
        {
            using var answer = await node.Client.GetAsync(File);
            if (answer.IsSuccessStatusCode)
                return await answer.Content.ReadAsByteArrayAsync();
            Assert.InRange((int)answer.StatusCode, 502, 504);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <summary>Changes one bit wherever some bytes stand in the files of a folder.</summary>
    private static int Flip(string folder, ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (new FileInfo(path).LinkTarget is not null || path.EndsWith(".sock", StringComparison.Ordinal))
                continue;
            var content = System.IO.File.ReadAllBytes(path);
            var at = content.AsSpan().IndexOf(bytes);
            if (at < 0)
                continue;
            content[at] ^= 1;
            System.IO.File.WriteAllBytes(path, content);
            count++;
        }

        return count;
    }
}
