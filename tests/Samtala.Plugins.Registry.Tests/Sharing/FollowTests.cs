using Samtala.Plugins.Registry.Sharing;
using Samtala.Plugins.Registry.Tests.Nuget;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Sharing;

/// <summary>A node without an upstream installs what another one holds.</summary>
public sealed class FollowTests
{
    private const string Document = "/registry/npm/@s%2fa";
    private const string File = "/registry/npm/@s/a/-/a-1.0.0.tgz";
    private const string Nuget = "/registry/nuget/v3/";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Npm_documents_and_files_come_from_the_followed_mirror_with_own_links()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        var document = await world.A.GetAsync(Document);
        await world.A.GetAsync(File);
        await world.PublishedAsync();

        var followed = await world.B.AskAsync(MirrorWorld.Request(Document) with { BaseUri = "http://b.test:1" });
        var file = await world.B.GetAsync(File);

        Assert.Equal(
            document.Text.Replace("127.0.0.1:7650", "b.test:1", StringComparison.Ordinal), followed.Text);
        Assert.Equal(NpmPackages.Bytes("@s/a", "1.0.0"), file.Body);
        Assert.True((await world.B.GetAsync(File)).IsFromDoor);
        var abbreviated = await world.B.GetAsync(Document, ("Accept", "application/vnd.npm.install-v1+json"));
        Assert.DoesNotContain("readme", abbreviated.Text, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:7650/registry/npm/@s/a/-/", abbreviated.Text, StringComparison.Ordinal);
        Assert.Equal(0, world.B.Upstream.Count);
        Assert.Equal(2, world.A.Node.Given.Count);
        Assert.Equal(2, world.B.Mirrors.Find("npm")!.Upstream.Counters.Now.PeerFiles);
    }

    [Fact]
    public async Task A_lockfile_install_needs_no_document()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        await world.A.GetAsync(File);
        await world.PublishedAsync();

        Assert.Equal(200, (await world.B.GetAsync(File)).Status);
        Assert.Single(world.A.Node.Given);
    }

    [Fact]
    public async Task Nuget_versions_packages_and_registrations_come_from_the_followed_mirror()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNuget("A.B", "1.0.0", "1.1.0-rc.1");
        string[] paths = ["flat/a.b/index.json", "flat/a.b/1.0.0/a.b.1.0.0.nupkg", "registration/a.b/index.json"];
        List<Got> first = [];
        foreach (var path in paths)
            first.Add(await world.A.GetAsync(Nuget + path));
        await world.PublishedAsync();

        foreach (var (path, expected) in paths.Zip(first))
        {
            var got = await world.B.GetAsync(Nuget + path);
            Assert.Equal(200, got.Status);
            Assert.Equal(expected.Body, got.Body);
        }

        Assert.Equal(0, world.B.Upstream.Count);
    }

    [Fact]
    public async Task What_the_followed_mirror_does_not_hold_is_told_apart()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0");

        foreach (var path in new[] { Document, File })
        {
            var got = await world.B.GetAsync(path);
            Assert.Equal(502, got.Status);
            Assert.Contains("SAM0601", got.Text, StringComparison.Ordinal);
            Assert.Contains("no followed mirror holds it", got.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_document_is_as_new_as_it_is_there_now()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        await world.A.GetAsync(Document);
        await world.PublishedAsync();
        Assert.DoesNotContain("a-2.0.0", (await world.B.GetAsync(Document)).Text, StringComparison.Ordinal);

        world.A.Upstream.AddNpm("@s/a", "1.0.0", "2.0.0");
        world.A.Time.Pass(TimeSpan.FromHours(1));
        await world.A.AskAsync(MirrorWorld.Request(Document) with { IsRefresh = true });
        await world.PublishedAsync();

        Assert.Contains("a-2.0.0", (await world.B.GetAsync(Document)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_that_is_away_is_named_and_goes_on_when_it_is_back()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0", "2.0.0");
        await world.A.GetAsync(Document);
        await world.A.GetAsync(File);
        await world.A.GetAsync(File.Replace("1.0.0", "2.0.0", StringComparison.Ordinal));
        await world.PublishedAsync();
        await world.B.GetAsync(Document);
        await world.B.GetAsync(File);

        world.Network.Away[SharingWorld.Address] = 0;
        var other = File.Replace("1.0.0", "2.0.0", StringComparison.Ordinal);
        foreach (var path in new[] { other, "/registry/npm/b", $"{Nuget}flat/a.b/index.json" })
        {
            var error = await world.B.GetAsync(path);
            Assert.Equal(504, error.Status);
            Assert.Contains("SAM0615", error.Text, StringComparison.Ordinal);
            Assert.Contains(SharingWorld.Address, error.Text, StringComparison.Ordinal);
            Assert.Contains("Connection refused", error.Text, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await world.B.GetAsync(Document)).Status);
        Assert.Equal(200, (await world.B.GetAsync(File)).Status);
        world.Network.Away.Clear();

        Assert.Equal(200, (await world.B.GetAsync(other)).Status);
        Assert.Equal(3, world.A.Node.Given.Count);
    }

    [Fact]
    public async Task Tampered_bytes_are_refused_counted_and_not_kept()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        await world.A.GetAsync(Document);
        await world.A.GetAsync(File);
        await world.PublishedAsync();

        world.A.Node.Tampers = true;
        foreach (var path in new[] { Document, File })
        {
            var refused = await world.B.GetAsync(path);
            Assert.Equal(502, refused.Status);
            Assert.Contains("SAM0605", refused.Text, StringComparison.Ordinal);
        }

        Assert.Empty(world.B.Node.Kept);
        Assert.Empty(world.B.Node.Published);
        Assert.Equal(2, world.B.Mirrors.Find("npm")!.Upstream.Counters.Now.Refused);
        world.A.Node.Tampers = false;
        Assert.Equal(200, (await world.B.GetAsync(File)).Status);
    }

    [Fact]
    public async Task The_upstreams_own_digest_outranks_a_followed_mirrors()
    {
        await using var world = await SharingWorld.StartAsync(hasUpstream: true);
        world.B.Upstream.AddNpm("@s/a", "1.0.0");
        await world.B.GetAsync(Document);
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        var other = NpmPackages.Bytes("@s/a", "9.9.9");
        world.A.Upstream.Files["/npm/@s/a/-/a-1.0.0.tgz"] = other;
        var document = world.A.Upstream.Files["/npm/@s%2fa"];
        world.A.Upstream.Files["/npm/@s%2fa"] = System.Text.Encoding.UTF8.GetBytes(
            System.Text.Encoding.UTF8.GetString(document)
                .Replace(Sri("1.0.0"), Sri("9.9.9"), StringComparison.Ordinal));
        Assert.Equal(other, (await world.A.GetAsync(File)).Body);
        await world.PublishedAsync();

        var file = await world.B.GetAsync(File);

        Assert.Equal(NpmPackages.Bytes("@s/a", "1.0.0"), file.Body);
        Assert.Empty(world.A.Node.Given);
        Assert.Equal(1, world.B.Mirrors.Find("npm")!.Upstream.Counters.Now.Refused);

        static string Sri(string version) => System.Text.Json.JsonEncodedText.Encode(Convert.ToBase64String(
            System.Security.Cryptography.SHA512.HashData(NpmPackages.Bytes("@s/a", version)))).ToString();
    }

    [Fact]
    public async Task An_upstream_is_asked_for_what_no_followed_mirror_holds_and_when_it_is_away()
    {
        await using var world = await SharingWorld.StartAsync(hasUpstream: true);
        world.B.Upstream.AddNpm("@s/a", "1.0.0");
        Assert.Equal(200, (await world.B.GetAsync(File)).Status);
        world.Network.Away[SharingWorld.Address] = 0;
        world.B.Upstream.AddNpm("b", "1.0.0");
        Assert.Equal(200, (await world.B.GetAsync("/registry/npm/b/-/b-1.0.0.tgz")).Status);
        Assert.True((await world.B.GetAsync("/registry/npm/b/-/b-1.0.0.tgz")).IsFromDoor);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_document_from_the_end_of_time_is_served_and_does_not_stay_new_for_ever(bool hasUpstream)
    {
        await using var world = await SharingWorld.StartAsync(hasUpstream);
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        await world.A.GetAsync(Document);
        await world.PublishedAsync();
        await world.ForgeAsync<DocumentEntry>(
            "p|n|@s/a", DocumentEntry.TryRead, e => (e with { FetchedAt = EntryFields.TimeMax }).Write());
        world.B.Upstream.AddNpm("@s/a", "1.0.0", "2.0.0");

        var got = await world.B.GetAsync(Document);

        Assert.Equal(200, got.Status);
        Assert.Equal(hasUpstream, got.Text.Contains("a-2.0.0", StringComparison.Ordinal));
        if (hasUpstream)
            return;
        foreach (var mirror in world.B.Mirrors.All)
            await mirror.Upstream.Setting.SetAsync(NpmPackages.Base, Token);
        world.B.Time.Pass(TimeSpan.FromHours(1));
        await world.B.AskAsync(MirrorWorld.Request(Document) with { IsRefresh = true });
        Assert.Contains("a-2.0.0", (await world.B.GetAsync(Document)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_names_another_packages_file_takes_nothing_away()
    {
        await using var world = await SharingWorld.StartAsync();
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        world.A.Upstream.AddNpm("b", "1.0.0");
        world.A.Upstream.AddNuget("A.B", "1.0.0", "2.0.0");
        await world.A.GetAsync(File);
        await world.A.GetAsync("/registry/npm/b");
        await world.A.GetAsync($"{Nuget}flat/a.b/1.0.0/a.b.1.0.0.nupkg");
        await world.A.GetAsync($"{Nuget}flat/a.b/2.0.0/a.b.2.0.0.nupkg");
        await world.PublishedAsync();
        await world.B.GetAsync(File);
        await world.B.GetAsync($"{Nuget}flat/a.b/1.0.0/a.b.1.0.0.nupkg");
        var file = await world.EntryAsync<FileEntry>("v|n|@s/a|b1b0b0b0~", FileEntry.TryRead);
        var package = await world.EntryAsync<FileEntry>("v|u|a.b|b1b0b0b0~", FileEntry.TryRead);
        await world.ForgeAsync<DocumentEntry>(
            "p|n|b", DocumentEntry.TryRead,
            e => new DocumentEntry(file.Blob, file.Length, file.Sha256, e.FetchedAt).Write());
        await world.ForgeAsync<FileEntry>("v|u|a.b|b2b0b0b0~", FileEntry.TryRead, _ => package.Write());
        world.B.Node.Unpublish();

        Assert.Equal(502, (await world.B.GetAsync("/registry/npm/b")).Status);
        Assert.Equal(502, (await world.B.GetAsync($"{Nuget}flat/a.b/2.0.0/a.b.2.0.0.nupkg")).Status);

        world.Network.Away[SharingWorld.Address] = 0;
        Assert.Equal(200, (await world.B.GetAsync(File)).Status);
        Assert.Equal(200, (await world.B.GetAsync($"{Nuget}flat/a.b/1.0.0/a.b.1.0.0.nupkg")).Status);
    }

    [Fact]
    public async Task Any_followed_mirror_that_answers_gives_the_document()
    {
        await using var world = await SharingWorld.StartAsync();
        await using MirrorWorld other = new("", new MemoryMaps("10.0.0.3:7652", world.Network));
        world.A.Upstream.AddNpm("@s/a", "1.0.0");
        await world.A.GetAsync(Document);
        await world.PublishedAsync();
        var entry = await world.EntryAsync<DocumentEntry>("p|n|@s/a", DocumentEntry.TryRead);
        var map = (await other.Node.Maps.CreateAsync("mirror", Token)).Id;
        await other.Node.Maps.ShareAsync(map, isShared: true, Token);
        await other.Node.Maps.CommitAsync(
            map,
            [
                new Abstractions.MapWrite(
                    SharingWorld.KeyOf("p|n|@s/a"), (entry with
                    {
                        Blob = new Abstractions.BlobId(new byte[32]),
                        FetchedAt = entry.FetchedAt + 1,
                    }).Write()),
            ],
            Token);
        await world.B.Mirrors.Followed.AddAsync(map, ["10.0.0.3:7652"], Token);

        Assert.Equal(200, (await world.B.GetAsync(Document)).Status);
    }

    [Fact]
    public async Task Who_is_followed_and_unfollowed_at_once_is_asked_only_when_followed()
    {
        await using var world = await SharingWorld.StartAsync();
        var followed = world.B.Mirrors.Followed;
        var map = Assert.Single(await followed.ListAsync(Token)).Id;
        TaskCompletionSource done = new();
        world.B.Node.OwnMaps.Following = done.Task;

        var follow = followed.AddAsync(map, [SharingWorld.Address], Token).AsTask();
        var unfollow = followed.RemoveAsync(map, Token).AsTask();
        done.SetResult();
        await follow;
        await unfollow;

        Assert.Equal((await followed.ListAsync(Token)).Count > 0, followed.IsAny);
    }
}
