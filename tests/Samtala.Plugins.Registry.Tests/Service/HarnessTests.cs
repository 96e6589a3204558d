using System.Text;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Tests.Nuget;
using Samtala.Plugins.Registry.Tests.World;
using Samtala.Registry.V1;
using Samtala.Testing;

namespace Samtala.Plugins.Registry.Tests.Service;

/// <summary>The plugin on a whole node with a real server as upstream, by reference and by bytes.</summary>
public sealed class HarnessTests
{
    public static TheoryData<LoopbackKind> Kinds => [LoopbackKind.Direct, LoopbackKind.Serialising];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Npm_documents_and_files_are_published_and_a_spoilt_file_is_refused(LoopbackKind kind)
    {
        await using LoopbackUpstream upstream = new();
        FakeUpstream made = new();
        made.AddNpm("@s/ms", "1.0.0", "2.0.0");
        upstream.CopyFrom(made);
        await using var harness = await StartAsync(kind, upstream);
        const string File = "/registry/npm/@s/ms/-/ms-2.0.0.tgz";

        var document = await GetAsync(harness, "/registry/npm/@s%2fms");
        Assert.Equal(200, document.Status);
        Assert.Contains(
            "http://127.0.0.1:7650/registry/npm/@s/ms/-/ms-2.0.0.tgz",
            Encoding.UTF8.GetString(await harness.ReadAsync(document.Content, Token)),
            StringComparison.Ordinal);
        var answers = (await harness.Kernel.Answers.FindAsync("/registry/npm/@s%2fms", Token))!.Answers;
        Assert.Equal([0, 200], answers.Select(a => a.Status).Order());

        upstream.Tampered = ".tgz";
        Assert.Equal(502, (await GetAsync(harness, File)).Status);
        (upstream.Tampered, upstream.Broken) = ("", ".tgz");
        Assert.Equal(502, (await GetAsync(harness, File)).Status);
        upstream.Broken = "";
        var file = await GetAsync(harness, File);
        Assert.Equal(NpmPackages.Bytes("@s/ms", "2.0.0"), await harness.ReadAsync(file.Content, Token));
        Assert.NotNull(await harness.Kernel.Answers.FindAsync(File, Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nuget_packages_are_checked_and_survive_a_restart_without_upstream(LoopbackKind kind)
    {
        await using LoopbackUpstream upstream = new();
        FakeUpstream made = new();
        made.AddNuget("A.B", "1.0.0");
        upstream.CopyFrom(made);
        await using var harness = await StartAsync(kind, upstream);
        string[] paths =
            ["index.json", "flat/a.b/index.json", "flat/a.b/1.0.0/a.b.1.0.0.nupkg", "registration/a.b/index.json"];
        upstream.Tampered = ".nupkg";
        Assert.Equal(502, (await GetAsync(harness, $"/registry/nuget/v3/{paths[2]}")).Status);
        upstream.Tampered = "";
        foreach (var path in paths)
            Assert.Equal(200, (await GetAsync(harness, $"/registry/nuget/v3/{path}")).Status);

        var client = new MirrorService.MirrorServiceClient(harness.Invoker);
        await client.SetUpstreamAsync(
            new SetUpstreamRequest { Mirror = "nuget", Upstream = "none" }, cancellationToken: Token);
        await harness.RestartAsync(Token);

        foreach (var path in paths)
            Assert.Equal(200, (await GetAsync(harness, $"/registry/nuget/v3/{path}")).Status);
        Assert.Equal(502, (await GetAsync(harness, "/registry/nuget/v3/flat/x.y/index.json")).Status);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_service_tells_what_the_mirrors_hold_and_did(LoopbackKind kind)
    {
        await using LoopbackUpstream upstream = new();
        FakeUpstream made = new();
        made.AddNpm("ms", "1.0.0");
        upstream.CopyFrom(made);
        await using var harness = await StartAsync(kind, upstream);
        var client = new MirrorService.MirrorServiceClient(harness.Invoker);
        using var watch = client.WatchDownloads(new WatchDownloadsRequest(), cancellationToken: Token);
        var told = watch.ResponseStream.MoveNext(Token);
        while (!told.IsCompleted)
            await GetAsync(harness, "/registry/npm/ms");
        Assert.True(await told);
        var download = watch.ResponseStream.Current;
        Assert.Equal(("npm", "ms", 200), (download.Mirror, download.Path, download.Status));
        await GetAsync(harness, "/registry/npm/ms/-/ms-1.0.0.tgz");

        var mirrors = await client.ListMirrorsAsync(new ListMirrorsRequest(), cancellationToken: Token);
        Assert.Equal(["npm", "nuget"], mirrors.Mirrors.Select(m => m.Mirror_));
        Assert.Equal($"http://{upstream.Authority}/npm/", mirrors.Mirrors[0].UpstreamUrl);
        Assert.Equal(Mirror.Types.UpstreamState.Reachable, mirrors.Mirrors[0].UpstreamState);
        var stats = await client.GetStatsAsync(new GetStatsRequest(), cancellationToken: Token);
        Assert.Equal(stats.Requests, stats.Hits + stats.Misses);
        Assert.True(stats.BytesFetched > 0);
        var packages = await client.ListPackagesAsync(
            new ListPackagesRequest { Mirror = "npm" }, cancellationToken: Token);
        Assert.Equal("ms-1.0.0.tgz", packages.Packages.Single().Files.Single().File);

        using var verify = client.VerifyMirror(new VerifyMirrorRequest(), cancellationToken: Token);
        VerifyProgress? last = null;
        while (await verify.ResponseStream.MoveNext(Token))
            last = verify.ResponseStream.Current;
        Assert.True(last is { Done: true, Files: 1, Damaged: 0 });
        var forgotten = await client.ForgetPackageAsync(
            new ForgetPackageRequest { Mirror = "npm", Package = "ms" }, cancellationToken: Token);
        Assert.Equal(1, forgotten.Files);
        Assert.Null(await harness.Kernel.Answers.FindAsync("/registry/npm/ms", Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Wrong_calls_are_told_apart(LoopbackKind kind)
    {
        await using LoopbackUpstream upstream = new();
        await using var harness = await StartAsync(kind, upstream);
        var client = new MirrorService.MirrorServiceClient(harness.Invoker);

        var none = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.GetMirrorAsync(new GetMirrorRequest { Mirror = "cargo" }, cancellationToken: Token));
        var own = await Assert.ThrowsAsync<RpcException>(async () => await client.SetUpstreamAsync(
            new SetUpstreamRequest { Mirror = "npm", Upstream = "http://127.0.0.1:7650/registry/npm/" },
            cancellationToken: Token));

        Assert.Equal(StatusCode.NotFound, none.StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, own.StatusCode);
        Assert.Contains("SAM0611", own.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_second_node_without_an_upstream_installs_from_the_first(LoopbackKind kind)
    {
        await using LoopbackUpstream upstream = new();
        FakeUpstream made = new();
        made.AddNpm("@s/ms", "1.0.0", "2.0.0");
        made.AddNuget("A.B", "1.0.0");
        upstream.CopyFrom(made);
        string[] paths =
        [
            "/registry/npm/@s%2fms", "/registry/npm/@s/ms/-/ms-2.0.0.tgz", "/registry/nuget/v3/flat/a.b/index.json",
            "/registry/nuget/v3/flat/a.b/1.0.0/a.b.1.0.0.nupkg", "/registry/nuget/v3/registration/a.b/index.json",
        ];
        await using var first = await StartAsync(kind, upstream);
        await using var second = await StartAsync(kind, null, seed: 2);
        foreach (var path in paths)
            Assert.Equal(200, (await GetAsync(first, path)).Status);
        var sharing = new SharingService.SharingServiceClient(first.Invoker);
        var following = new SharingService.SharingServiceClient(second.Invoker);

        var shared = await sharing.ShareAsync(new ShareRequest(), cancellationToken: Token);
        Assert.True(shared.Complete, shared.ToString());
        Assert.Equal(first.Node.Info.PeerAddresses[0], shared.Peer);
        var wrong = await Assert.ThrowsAsync<RpcException>(async () => await following.FollowAsync(
            new FollowRequest { Key = "12" }, cancellationToken: Token));
        Assert.Contains("SAM0616", wrong.Status.Detail, StringComparison.Ordinal);
        await following.FollowAsync(
            new FollowRequest { Key = shared.Key, Peers = { shared.Peer } }, cancellationToken: Token);

        foreach (var path in paths)
        {
            var here = await GetAsync(first, path);
            var there = await GetAsync(second, path);
            Assert.Equal(200, there.Status);
            Assert.Equal(
                await first.ReadAsync(here.Content, Token), await second.ReadAsync(there.Content, Token));
        }

        Assert.Equal(502, (await GetAsync(second, "/registry/npm/other")).Status);
        var followed = await following.ListFollowedAsync(new ListFollowedRequest(), cancellationToken: Token);
        var one = Assert.Single(followed.Followed);
        Assert.Equal((shared.Key, FollowedMirror.Types.State.Connected), (one.Key, one.State));
        await second.RestartAsync(Token);
        Assert.Equal(200, (await GetAsync(second, paths[1])).Status);
        await following.UnfollowAsync(new UnfollowRequest { Key = shared.Key }, cancellationToken: Token);
        Assert.Equal(200, (await GetAsync(second, paths[0])).Status);
        var hidden = await sharing.UnshareAsync(new UnshareRequest(), cancellationToken: Token);
        Assert.Equal("", hidden.Key);
    }

    private static async Task<PluginHarness> StartAsync(LoopbackKind kind, LoopbackUpstream? upstream, int seed = 1)
    {
        var harness = await PluginHarness.StartAsync<RegistryPlugin>(
            new PluginHarnessOptions
            {
                Loopback = kind,
                Random = new SeededRandomness(seed),
                ListensForPeers = true,
            },
            Token);
        var client = new MirrorService.MirrorServiceClient(harness.Invoker);
        foreach (var (mirror, path) in new[] { ("npm", "npm/"), ("nuget", "v3/index.json") })
        {
            await client.SetUpstreamAsync(
                new SetUpstreamRequest
                {
                    Mirror = mirror,
                    Upstream = upstream is null ? "none" : $"http://{upstream.Authority}/{path}",
                },
                cancellationToken: Token);
        }

        return harness;
    }

    private static ValueTask<RawReply> GetAsync(PluginHarness harness, string path) => harness.GetAsync(path, Token);
}
