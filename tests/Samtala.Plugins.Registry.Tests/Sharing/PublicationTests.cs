using Samtala.Plugins.Registry.Tests.Nuget;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Sharing;

/// <summary>The map says what the mirrors hold, whatever happens in between.</summary>
public sealed class PublicationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_held_before_and_after_sharing_is_published_and_its_blobs_are_shared()
    {
        await using var world = await SharingWorld.StartAsync();
        await world.A.Mirrors.Publication.UnshareAsync(Token);
        world.A.Upstream.AddNpm("ms", "1.0.0", "2.0.0");
        await world.A.GetAsync("/registry/npm/ms");
        await world.A.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        await world.ShareAsync();
        await world.A.GetAsync("/registry/npm/ms/-/ms-2.0.0.tgz");
        world.A.Upstream.AddNuget("A.B", "1.0.0");
        await world.A.GetAsync("/registry/nuget/v3/flat/a.b/1.0.0/a.b.1.0.0.nupkg");
        await world.A.GetAsync("/registry/nuget/v3/registration/a.b/index.json");
        await world.PublishedAsync();

        Assert.Equal(
            ["p|n|ms", "p|u|a.b|registration/index.json", "v|n|ms|b1b0b0b0~", "v|n|ms|b2b0b0b0~", "v|u|a.b|b1b0b0b0~"],
            world.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(6, world.A.Node.OwnMaps.Entries.Count(e => e.Key.Span[0] == 'h'));
        Assert.Equal(5, world.A.Node.OwnMaps.SharedBlobs.Count);
        Assert.DoesNotContain(
            world.A.Node.OwnMaps.Entries, e => e.Value.Span.IndexOf("up.test"u8) >= 0);
    }

    [Fact]
    public async Task Nothing_held_is_published_at_once()
    {
        await using var world = await SharingWorld.StartAsync();
        await world.A.Mirrors.Publication.UnshareAsync(Token);
        await world.A.Mirrors.Publication.ShareAsync(TimeSpan.FromMinutes(1), Token);
        Assert.True((await world.A.Mirrors.Publication.ViewAsync(Token)).IsInStep);
    }

    [Fact]
    public async Task No_address_of_the_node_or_its_upstream_is_in_what_is_shared()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("ms", "1.0.0");
        await world.A.GetAsync("/registry/npm/ms");
        await world.PublishedAsync();

        var packed = world.A.Node.Read(Assert.Single(world.A.Node.OwnMaps.SharedBlobs.Keys));
        using System.IO.Compression.GZipStream gzip =
            new(new MemoryStream(packed), System.IO.Compression.CompressionMode.Decompress);
        using StreamReader reader = new(gzip);
        var text = await reader.ReadToEndAsync(Token);

        Assert.DoesNotContain("up.test", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        Assert.Contains("https://mirror.invalid/registry/npm/ms/-/ms-1.0.0.tgz", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_forgotten_leaves_the_map_and_is_shared_no_longer()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("ms", "1.0.0");
        await world.A.GetAsync("/registry/npm/ms");
        await world.A.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        await world.PublishedAsync();
        Assert.Equal(4, world.A.Node.OwnMaps.Entries.Count);

        Inventory inventory = new(world.A.Node, world.A.Mirrors, world.A.Time);
        await inventory.ForgetAsync("npm", "ms", Token);
        await world.PublishedAsync();

        Assert.Empty(world.A.Node.OwnMaps.Entries);
        Assert.Empty(world.A.Node.OwnMaps.SharedBlobs);
        Assert.Empty(world.A.Node.Kept);
    }

    [Fact]
    public async Task A_newer_document_replaces_the_older_one_and_its_blob()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("ms", "1.0.0");
        await world.A.GetAsync("/registry/npm/ms");
        await world.PublishedAsync();
        var before = Assert.Single(world.A.Node.OwnMaps.SharedBlobs.Keys);
        world.A.Upstream.AddNpm("ms", "1.0.0", "2.0.0");
        world.A.Time.Pass(TimeSpan.FromHours(1));
        await world.A.AskAsync(MirrorWorld.Request("/registry/npm/ms") with { IsRefresh = true });
        await world.PublishedAsync();

        var after = Assert.Single(world.A.Node.OwnMaps.SharedBlobs.Keys);
        Assert.NotEqual(before, after);
        Assert.DoesNotContain(before, world.A.Node.Kept);
    }

    [Fact]
    public async Task Equal_files_of_two_packages_stay_shared_until_both_are_forgotten()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNuget("A", "1.0.0");
        world.A.Upstream.AddNuget("B", "1.0.0");
        await world.A.GetAsync("/registry/nuget/v3/flat/a/index.json");
        await world.A.GetAsync("/registry/nuget/v3/flat/b/index.json");
        await world.PublishedAsync();
        Assert.Single(world.A.Node.OwnMaps.SharedBlobs);

        Inventory inventory = new(world.A.Node, world.A.Mirrors, world.A.Time);
        await inventory.ForgetAsync("nuget", "a", Token);
        await world.PublishedAsync();
        Assert.Single(world.A.Node.OwnMaps.SharedBlobs);
        await inventory.ForgetAsync("nuget", "b", Token);
        await world.PublishedAsync();
        Assert.Empty(world.A.Node.OwnMaps.SharedBlobs);
    }

    [Fact]
    public async Task A_failing_disk_only_delays()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Node.OwnMaps.CommitFailures = 1;
        world.A.Upstream.AddNpm("ms", "1.0.0");
        await world.A.GetAsync("/registry/npm/ms");
        await world.PublishedAsync();
        Assert.Equal(["p|n|ms"], world.Keys);
    }

    [Fact]
    public async Task After_a_crash_the_map_is_brought_in_step_with_what_is_held()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("ms", "1.0.0", "2.0.0");
        world.A.Upstream.AddNpm("gone", "1.0.0");
        await world.A.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        await world.A.GetAsync("/registry/npm/gone/-/gone-1.0.0.tgz");
        await world.PublishedAsync();

        // Written down and not published: as if the node had ended in between.
        world.A.Mirrors.Shelf.Changed = null;
        await world.A.GetAsync("/registry/npm/ms/-/ms-2.0.0.tgz");
        await new Inventory(world.A.Node, world.A.Mirrors, world.A.Time).ForgetAsync("npm", "gone", Token);
        await world.A.RestartAsync();
        await world.A.Mirrors.StartAsync(Token);
        using CancellationTokenSource stop = new();
        var publishing = world.A.Mirrors.Publication.RunAsync(stop.Token);
        await world.PublishedAsync();

        Assert.Equal(
            ["p|n|ms", "v|n|ms|b1b0b0b0~", "v|n|ms|b2b0b0b0~"], world.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3, world.A.Node.OwnMaps.SharedBlobs.Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
    }

    [Fact]
    public async Task Sharing_no_longer_hides_everything_and_the_key_stays()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("ms", "1.0.0");
        await world.A.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        await world.PublishedAsync();
        var key = (await world.A.Mirrors.Publication.ViewAsync(Token)).Map!.Id;

        await world.A.Mirrors.Publication.UnshareAsync(Token);
        Assert.Empty(world.A.Node.OwnMaps.SharedBlobs);
        Assert.Null((await world.A.Mirrors.Publication.ViewAsync(Token)).Map);
        Assert.Equal(504, (await world.B.GetAsync("/registry/npm/ms")).Status);

        await world.ShareAsync();
        Assert.Equal(key, (await world.A.Mirrors.Publication.ViewAsync(Token)).Map!.Id);
        Assert.Equal(2, world.A.Node.OwnMaps.SharedBlobs.Count);
        Assert.Equal(200, (await world.B.GetAsync("/registry/npm/ms")).Status);
    }
}
