using System.Net;
using Samtala.Vectors;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>The real npm and dotnet clients install real packages: from the upstream, after a kill from what was held,
/// and through another node that has no upstream and follows the first one.</summary>
public sealed class InstallTests(ITestOutputHelper output)
{
    private const string DeadUpstream = "http://127.0.0.1:9/";

    [Fact]
    public async Task Over_400_packages_install_after_a_kill_again_and_from_node_to_node()
    {
        await MirrorCalls.RequireUpstreamAsync();
        await FillThenKillAsync(
            new Client("npm", DeadUpstream, 400, node => MirrorCalls.NpmCiAsync(node.NpmUrl())),
            async (data, first) =>
            {
                await using var other = await FollowerAsync(first);
                await LoseHalfWayAsync(other, first);
                await using var again = await ReturnAsync(data, first, other);
                var installed = await TimedAsync("the rest of the install, node to node",
                    () => MirrorCalls.NpmCiAsync(other.NpmUrl()));
                await AssertOnceAsync(other, again, "npm");
                await using var third = await FollowerAsync(again);
                Assert.Equal(installed, await TimedAsync("a whole install, node to node",
                    () => MirrorCalls.NpmCiAsync(third.NpmUrl())));
                return installed;
            });
    }

    [Fact]
    public async Task Over_50_packages_restore_after_a_kill_again_and_from_node_to_node()
    {
        await MirrorCalls.RequireUpstreamAsync();
        await FillThenKillAsync(
            new Client("nuget", "none", 50, node => MirrorCalls.DotnetRestoreAsync(node.NugetUrl())),
            async (_, first) =>
            {
                await using var other = await FollowerAsync(first);
                var installed = await TimedAsync("a whole restore, node to node",
                    () => MirrorCalls.DotnetRestoreAsync(other.NugetUrl()));
                await AssertOnceAsync(other, first, "nuget");
                return installed;
            });
    }

    /// <summary>Installs with nothing held; then takes the upstream away, ends the node as a power cut would, and
    /// installs again from what it wrote, and from there on another node.</summary>
    private async Task FillThenKillAsync(Client client, Func<string, RunningNode, Task<int>> onAnother)
    {
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            int installed;
            await using (var node = await RunningNode.StartAsync(data))
            {
                installed = await client.Install(node);
                Assert.True(installed >= client.PackagesMin, $"Only {installed} packages were installed.");
                await node.SetUpstreamAsync(client.Mirror, client.NoUpstream);
                await node.KillAsync();
            }

            // One that no connection can have taken when the node comes back to it.
            var listen = $"127.0.0.1:{FreePort.Next()}";
            await using (var node = await RunningNode.StartAsync(data, "--listen", listen))
            {
                Assert.Equal(installed, await TimedAsync("from the node itself", () => client.Install(node)));
                Assert.Equal(installed, await onAnother(data, node));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>A new node without an upstream that follows another one.</summary>
    private static async Task<RunningNode> FollowerAsync(RunningNode first)
    {
        var other = await RunningNode.StartAsync();
        await other.IsolateAsync();
        await other.FollowAsync(first);
        return other;
    }

    /// <summary>Kills the first node in the middle of an install through the other one.</summary>
    private static async Task LoseHalfWayAsync(RunningNode other, RunningNode first)
    {
        var install = MirrorCalls.TryNpmCiAsync(other.NpmUrl());
        while (!install.IsCompleted && await other.CounterAsync("npm", "peerFiles") < 300)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await first.KillAsync();
        var (failed, _) = await install;
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("SAM0615", failed.Error, StringComparison.Ordinal);
        await MirrorCalls.AssertErrorAsync(
            "SAM0615", HttpStatusCode.GatewayTimeout, await other.Client.GetAsync("registry/npm/not-held"));
    }

    /// <summary>Starts the first node again where it was, and waits until the other one has found it.</summary>
    private static async Task<RunningNode> ReturnAsync(string data, RunningNode first, RunningNode other)
    {
        var again = await RunningNode.StartAsync(data, "--listen", first.Listen);
        while (await StateAsync(other) != "CONNECTED")
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        return again;
    }

    private static async Task<string?> StateAsync(RunningNode node) =>
        (await node.GetJsonAsync("v1/registry/followed")).GetProperty("followed")[0].GetProperty("state").GetString();

    /// <summary>The other node fetched each document and file it holds once, from the first node only.</summary>
    private static async Task AssertOnceAsync(RunningNode other, RunningNode first, string mirror)
    {
        var held = await CountAsync(other, mirror);
        Assert.Equal(await CountAsync(first, mirror), held);

        // Documents that say the same are one blob, which is fetched once.
        Assert.InRange(await other.CounterAsync(mirror, "peerFiles"), held * 9 / 10, held);
        Assert.Equal(0, await other.CounterAsync(mirror, "refused"));
        Assert.Equal(0, await other.CounterAsync(mirror, "upstreamRequests"));
    }

    /// <summary>How many documents and files a mirror holds.</summary>
    private static async Task<long> CountAsync(RunningNode node, string mirror)
    {
        var (count, page) = (0L, "");
        do
        {
            var answer = await node.GetJsonAsync(
                $"v1/registry/mirrors/{mirror}/packages?pageSize=1000&pageToken={Uri.EscapeDataString(page)}");
            foreach (var package in answer.GetProperty("packages").EnumerateArray())
                count += 1 + (package.TryGetProperty("files", out var files) ? files.GetArrayLength() : 0);
            page = answer.TryGetProperty("nextPageToken", out var next) ? next.GetString()! : "";
        }
        while (page.Length > 0);
        return count;
    }

    private async Task<int> TimedAsync(string what, Func<Task<int>> install)
    {
        var since = TimeProvider.System.GetTimestamp();
        var installed = await install();
        output.WriteLine($"{what}: {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");
        return installed;
    }

    private sealed record Client(
        string Mirror, string NoUpstream, int PackagesMin, Func<RunningNode, Task<int>> Install);
}
