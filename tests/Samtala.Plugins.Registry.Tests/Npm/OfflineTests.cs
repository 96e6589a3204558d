using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Npm;

public sealed class OfflineTests
{
    public static TheoryData<int> Bad =>
        [(int)FakeUpstream.Mood.Dead, (int)FakeUpstream.Mood.Stalled, (int)FakeUpstream.Mood.Failing];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task What_is_held_is_served_whatever_the_upstream_does(int mood)
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        var first = await world.GetAsync("/registry/npm/ms");
        await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        world.Upstream.State = (FakeUpstream.Mood)mood;
        world.Time.Pass(TimeSpan.FromDays(30));
        await world.RestartAsync();

        var refreshed = await world.AskAsync(MirrorWorld.Request("/registry/npm/ms") with { IsRefresh = true });
        var other = await world.AskAsync(
            MirrorWorld.Request("/registry/npm/ms") with { BaseUri = "http://localhost:1" });

        Assert.Equal(first.Text, refreshed.Text);
        Assert.Equal(200, other.Status);
        Assert.True((await world.GetAsync("/registry/npm/ms")).IsFromDoor);
        Assert.True((await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz")).IsFromDoor);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task What_is_not_held_is_a_clear_error_and_soon_one_at_once(int mood)
    {
        await using MirrorWorld world = new();
        world.Upstream.State = (FakeUpstream.Mood)mood;
        var statuses = new List<int>();
        for (var i = 0; i < 10; i++)
            statuses.Add((await world.GetAsync($"/registry/npm/p{i}")).Status);

        Assert.All(statuses, s => Assert.True(s is 502 or 504));
        Assert.InRange(world.Upstream.Count, 1, 3);
        var last = await world.GetAsync("/registry/npm/last");
        Assert.Contains("SAM0604", last.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upstream_that_comes_back_is_found_again()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        world.Upstream.State = FakeUpstream.Mood.Stalled;
        Assert.Equal(504, (await world.GetAsync("/registry/npm/ms")).Status);
        world.Upstream.State = FakeUpstream.Mood.Well;
        Assert.Equal(504, (await world.GetAsync("/registry/npm/ms")).Status);

        world.Time.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal(200, (await world.GetAsync("/registry/npm/ms")).Status);
    }

    [Fact]
    public async Task What_the_upstream_does_not_have_is_asked_for_again_after_a_while()
    {
        await using MirrorWorld world = new();
        Assert.Equal(404, (await world.GetAsync("/registry/npm/new")).Status);
        world.Upstream.AddNpm("new", "1.0.0");
        Assert.Equal(404, (await world.GetAsync("/registry/npm/new")).Status);
        Assert.Equal(1, world.Upstream.Count);

        world.Time.Pass(TimeSpan.FromSeconds(61));

        Assert.Equal(200, (await world.GetAsync("/registry/npm/new")).Status);
    }

    [Fact]
    public async Task A_hundred_clients_at_once_cost_the_upstream_one_request()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        world.Upstream.Hold = new TaskCompletionSource();
        var clients = Enumerable.Range(0, 100)
            .Select(_ => world.AskAsync(MirrorWorld.Request("/registry/npm/ms/-/ms-1.0.0.tgz"))).ToList();

        world.Upstream.Hold.SetResult();
        var all = await Task.WhenAll(clients);

        Assert.All(all, got => Assert.Equal(200, got.Status));
        Assert.Equal(2, world.Upstream.Count);
    }

    [Fact]
    public async Task A_new_document_replaces_the_old_one_and_its_blobs_are_let_go()
    {
        await using MirrorWorld world = new("""{"freshSeconds":60}""");
        world.Upstream.AddNpm("ms", "1.0.0");
        var old = await world.GetAsync("/registry/npm/ms");
        world.Upstream.AddNpm("ms", "1.0.0", "2.0.0");
        var refresh = MirrorWorld.Request("/registry/npm/ms") with { IsRefresh = true };
        Assert.Equal(old.Text, (await world.AskAsync(refresh)).Text);
        world.Time.Pass(TimeSpan.FromSeconds(61));

        await world.AskAsync(refresh);
        var now = await world.GetAsync("/registry/npm/ms");

        Assert.True(now.IsFromDoor);
        Assert.Contains("ms-2.0.0.tgz", now.Text, StringComparison.Ordinal);
        Assert.NotEqual(old.Etag, now.Etag);
        Assert.Single(world.Node.Kept);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unchanged_document_keeps_its_etag(bool hasEtags)
    {
        await using MirrorWorld world = new();
        world.Upstream.HasEtags = hasEtags;
        world.Upstream.AddNpm("ms", "1.0.0");
        var old = await world.GetAsync("/registry/npm/ms");
        world.Time.Pass(TimeSpan.FromHours(1));

        await world.AskAsync(MirrorWorld.Request("/registry/npm/ms") with { IsRefresh = true });

        var now = await world.GetAsync("/registry/npm/ms");
        Assert.Equal(old.Etag, now.Etag);
        Assert.Equal(2, world.Upstream.Count);
        Assert.Equal(
            world.Time.GetUtcNow().AddMinutes(10), world.Node.Published.First(a => a.Status == 200).FreshUntil);
    }

    [Fact]
    public async Task A_broken_document_is_refused_and_not_kept()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0");
        world.Upstream.State = FakeUpstream.Mood.Truncating;

        var got = await world.GetAsync("/registry/npm/ms");

        Assert.Equal(502, got.Status);
        Assert.Contains("SAM0606", got.Text, StringComparison.Ordinal);
        Assert.Empty(world.Node.Kept);
        world.Upstream.State = FakeUpstream.Mood.Well;
        world.Time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(200, (await world.GetAsync("/registry/npm/ms")).Status);
    }
}
