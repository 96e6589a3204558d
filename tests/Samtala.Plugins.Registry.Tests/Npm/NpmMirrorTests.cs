using System.Text.Json.Nodes;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Npm;

public sealed class NpmMirrorTests
{
    private const string Abbreviated = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

    [Fact]
    public async Task A_document_is_fetched_once_and_then_served_by_the_door()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");

        var first = await world.GetAsync("/registry/npm/ms", ("Accept", "application/json"));
        var second = await world.GetAsync("/registry/npm/ms", ("Accept", "application/json"));

        Assert.Equal(200, first.Status);
        Assert.False(first.IsFromDoor);
        Assert.True(second.IsFromDoor);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Etag, second.Etag);
        Assert.Equal(1, world.Upstream.Asked["/npm/ms"]);
        Assert.Contains("http://127.0.0.1:7650/registry/npm/ms/-/ms-1.0.0.tgz", first.Text, StringComparison.Ordinal);
        Assert.Equal("Accept, Accept-Encoding", first.Header("Vary"));
        Assert.Contains("max-age=60", first.Header("Cache-Control"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_brief_form_is_made_when_first_asked_for_and_has_its_own_etag()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");

        var full = await world.GetAsync("/registry/npm/ms", ("Accept", "application/json"));
        var brief = await world.GetAsync("/registry/npm/ms", ("Accept", Abbreviated));
        var again = await world.GetAsync("/registry/npm/ms", ("Accept", Abbreviated));
        var fullAgain = await world.GetAsync("/registry/npm/ms", ("Accept", "application/json"));

        Assert.False(brief.IsFromDoor);
        Assert.True(again.IsFromDoor);
        Assert.True(fullAgain.IsFromDoor);
        Assert.NotEqual(full.Etag, brief.Etag);
        Assert.Equal("application/vnd.npm.install-v1+json", brief.Header("Content-Type"));
        Assert.Null(JsonNode.Parse(brief.Body)!["readme"]);
        Assert.NotNull(JsonNode.Parse(fullAgain.Body)!["readme"]);
        Assert.Equal(1, world.Upstream.Asked["/npm/ms"]);
    }

    [Fact]
    public async Task Each_door_gets_links_to_itself_without_asking_the_upstream_again()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        await world.GetAsync("/registry/npm/ms");

        var other = await world.AskAsync(
            MirrorWorld.Request("/registry/npm/ms") with { BaseUri = "http://localhost:7650" });

        Assert.Contains("http://localhost:7650/registry/npm/ms/-/ms-1.0.0.tgz", other.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", other.Text, StringComparison.Ordinal);
        Assert.Equal(1, world.Upstream.Asked["/npm/ms"]);
    }

    [Fact]
    public async Task Clients_that_take_no_gzip_get_it_unpacked_and_known_etags_get_304()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");

        var packed = await world.AskAsync(MirrorWorld.Request("/registry/npm/ms"));
        var plain = await world.AskAsync(MirrorWorld.Request("/registry/npm/ms", ("Accept-Encoding", "identity")));
        var known = await world.AskAsync(
            MirrorWorld.Request("/registry/npm/ms", ("If-None-Match", $"\"{packed.Etag}\"")));

        Assert.Equal(packed.Text, plain.Text);
        Assert.Equal("", plain.Header("Content-Encoding"));
        Assert.Equal(304, known.Status);
    }

    [Fact]
    public async Task A_scoped_package_installs_in_every_spelling()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("@types/node", "1.0.0");
        foreach (var name in new[] { "@types%2fnode", "@types%2Fnode", "@types/node", "%40types%2fnode" })
            Assert.Equal(200, (await world.GetAsync($"/registry/npm/{name}")).Status);

        var file = await world.GetAsync("/registry/npm/@types/node/-/node-1.0.0.tgz");

        Assert.Equal(NpmPackages.Bytes("@types/node", "1.0.0"), file.Body);
        Assert.Equal(2, world.Upstream.Count);
    }

    [Fact]
    public async Task A_file_is_verified_published_and_immutable()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0", "2.0.0");

        var first = await world.GetAsync("/registry/npm/ms/-/ms-2.0.0.tgz");
        var second = await world.GetAsync("/registry/npm/ms/-/ms-2.0.0.tgz");

        Assert.Equal(NpmPackages.Bytes("ms", "2.0.0"), first.Body);
        Assert.True(second.IsFromDoor);
        Assert.StartsWith("sha512-", first.Etag, StringComparison.Ordinal);
        Assert.Contains("immutable", first.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal(1, world.Upstream.Asked["/npm/ms"]);
        Assert.Equal(1, world.Upstream.Asked["/npm/ms/-/ms-2.0.0.tgz"]);
    }

    [Theory]
    [InlineData((int)FakeUpstream.Mood.Tampering)]
    [InlineData((int)FakeUpstream.Mood.Truncating)]
    public async Task A_spoilt_file_is_refused_never_kept_and_heals_by_itself(int mood)
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        (world.Upstream.State, world.Upstream.Only) = ((FakeUpstream.Mood)mood, ".tgz");

        var bad = await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        var kept = world.Node.Kept.Count();
        world.Upstream.State = FakeUpstream.Mood.Well;
        var good = await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");

        Assert.Equal(502, bad.Status);
        Assert.Contains("SAM0605", bad.Text, StringComparison.Ordinal);
        Assert.Contains("refused", JsonNode.Parse(bad.Body)!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(1, kept);
        Assert.Equal(NpmPackages.Bytes("ms", "1.0.0"), good.Body);
        Assert.Equal(1, world.Mirrors.Find("npm")!.Upstream.Counters.Now.Refused);
    }

    [Fact]
    public async Task A_document_with_a_wrong_digest_heals_by_itself()
    {
        await using MirrorWorld world = new();
        var right = world.Upstream.AddNpm("ms", "1.0.0").DeepClone().AsObject();
        var wrong = right.DeepClone().AsObject();
        wrong["versions"]!["1.0.0"]!["dist"]!["integrity"] = $"sha512-{Convert.ToBase64String(new byte[64])}";
        world.Upstream.SetNpm("ms", wrong);
        await world.GetAsync("/registry/npm/ms");
        Assert.Equal(502, (await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz")).Status);

        world.Upstream.SetNpm("ms", right);

        Assert.Equal(200, (await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz")).Status);
    }

    [Fact]
    public async Task A_file_whose_document_names_no_digest_is_refused()
    {
        await using MirrorWorld world = new();
        var document = world.Upstream.AddNpm("ms", "1.0.0");
        document["versions"]!["1.0.0"]!["dist"]!.AsObject().Remove("integrity");
        world.Upstream.SetNpm("ms", document);
        Assert.Equal(200, (await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz")).Status);

        document = world.Upstream.AddNpm("none", "1.0.0");
        document["versions"]!["1.0.0"]!["dist"]!.AsObject().Remove("integrity");
        document["versions"]!["1.0.0"]!["dist"]!.AsObject().Remove("shasum");
        world.Upstream.SetNpm("none", document);
        var got = await world.GetAsync("/registry/npm/none/-/none-1.0.0.tgz");

        Assert.Equal(502, got.Status);
        Assert.Contains("SAM0608", got.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_at_an_odd_address_is_found_by_the_upstreams_own_link()
    {
        await using MirrorWorld world = new();
        var document = world.Upstream.AddNpm("ms", "1.0.0");
        document["versions"]!["1.0.0"]!["dist"]!["tarball"] = "http://up.test/cdn/blob-17";
        world.Upstream.SetNpm("ms", document);
        world.Upstream.Files["/cdn/blob-17"] = NpmPackages.Bytes("ms", "1.0.0");

        var packument = await world.GetAsync("/registry/npm/ms");
        var file = await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");

        Assert.Contains("/registry/npm/ms/-/ms-1.0.0.tgz", packument.Text, StringComparison.Ordinal);
        Assert.Equal(NpmPackages.Bytes("ms", "1.0.0"), file.Body);
        Assert.Equal(1, world.Upstream.Asked["/cdn/blob-17"]);
    }

    [Fact]
    public async Task A_client_that_names_the_digest_gets_a_held_file_without_any_document()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        var etag = (await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz")).Etag;
        world.Upstream.State = FakeUpstream.Mood.Dead;

        var hinted = await world.GetAsync("/registry/npm/copy/-/copy-1.0.0.tgz", ("pacote-integrity", etag));
        var plain = await world.GetAsync("/registry/npm/copy/-/copy-1.0.0.tgz");

        Assert.Equal(NpmPackages.Bytes("ms", "1.0.0"), hinted.Body);
        Assert.Equal(502, plain.Status);
    }

    [Fact]
    public async Task A_version_published_a_moment_ago_is_found_although_the_document_is_older()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        await world.GetAsync("/registry/npm/ms");
        world.Upstream.AddNpm("ms", "1.0.0", "1.1.0");
        Assert.Equal(404, (await world.GetAsync("/registry/npm/ms/-/ms-1.1.0.tgz")).Status);
        world.Time.Pass(TimeSpan.FromSeconds(6));

        Assert.Equal(200, (await world.GetAsync("/registry/npm/ms/-/ms-1.1.0.tgz")).Status);
    }

    [Fact]
    public async Task A_large_document_goes_through_in_pieces()
    {
        await using MirrorWorld world = new();
        var document = world.Upstream.AddNpm("big", [.. Enumerable.Range(0, 300).Select(i => $"1.0.{i}")]);
        document["readme"] = new string('r', 3 * 1024 * 1024);
        world.Upstream.SetNpm("big", document);
        var text = document.ToJsonString();
        Assert.True(text.Length > 2 * 1024 * 1024);

        var got = await world.GetAsync("/registry/npm/big");

        Assert.Equal(
            text.Replace(NpmPackages.Base, "http://127.0.0.1:7650/registry/npm/", StringComparison.Ordinal), got.Text);
        Assert.Equal(200, (await world.GetAsync("/registry/npm/big/-/big-1.0.299.tgz")).Status);
        Assert.Equal(2, world.Node.Kept.Count());
    }
}
