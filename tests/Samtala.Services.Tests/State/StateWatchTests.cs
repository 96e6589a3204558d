using Grpc.Core;
using Samtala.Node.V1;
using Samtala.Services.State;
using StateEvent = Samtala.Node.V1.WatchStateResponse.Types.Event;
using StateServer = Samtala.Services.State.StateService;

namespace Samtala.Services.Tests.State;

public sealed class StateWatchTests : IAsyncLifetime
{
    private readonly World _world = new();
    private StateServer _server = null!;
    private Samtala.Node.V1.StateService.StateServiceClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StateServer.OpenAsync(_world.Store, _world.Clock, Cancel);
        _world.Serve(_server);
        _client = new(_world.As());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_tells_of_every_change_in_order()
    {
        using var watch = _client.WatchState(new() { Parent = "stores/s" }, cancellationToken: Cancel);
        Assert.Equal(StateEvent.Bookmark, (await NextAsync(watch)).Event);
        await SetAsync("s", "a", "1");
        await SetAsync("other", "a", "not told");
        await SetAsync("s", "a", "2");
        await _client.DeleteStateAsync(new() { Name = "stores/s/keys/a" }, cancellationToken: Cancel);
        Assert.Equal("1", (await NextAsync(watch)).Entry.Text);
        Assert.Equal("2", (await NextAsync(watch)).Entry.Text);
        var removed = await NextAsync(watch);
        Assert.Equal((StateEvent.Removed, "stores/s/keys/a"), (removed.Event, removed.Entry.Name));
    }

    [Fact]
    public async Task A_watch_goes_on_where_its_token_says()
    {
        using var first = _client.WatchState(new() { Parent = "stores/s" }, cancellationToken: Cancel);
        await NextAsync(first);
        await SetAsync("s", "a", "1");
        var token = (await NextAsync(first)).ResumeToken;
        await SetAsync("s", "a", "2");
        await SetAsync("s", "a", "3");
        using var again = _client.WatchState(
            new() { Parent = "stores/s", ResumeToken = token }, cancellationToken: Cancel);
        Assert.Equal("2", (await NextAsync(again)).Entry.Text);
        Assert.Equal("3", (await NextAsync(again)).Entry.Text);
    }

    [Fact]
    public async Task A_token_from_before_a_restart_is_a_gap_only_if_something_happened_since()
    {
        var entry = await SetAsync("s", "a", "1");
        await SetAsync("s", "a", "2");
        await using var restarted = await StateServer.OpenAsync(_world.Store, _world.Clock, Cancel);
        await using World world = new();
        world.Serve(restarted);
        Samtala.Node.V1.StateService.StateServiceClient client = new(world.As());

        using var old = client.WatchState(
            new() { Parent = "stores/s", ResumeToken = entry.Etag }, cancellationToken: Cancel);
        var gap = await NextAsync(old);
        Assert.Equal(StateEvent.Gap, gap.Event);

        using var current = client.WatchState(
            new() { Parent = "stores/s", ResumeToken = gap.ResumeToken }, cancellationToken: Cancel);
        await client.SetStateAsync(
            new() { Entry = new() { Name = "stores/s/keys/a", Text = "3" } }, cancellationToken: Cancel);
        Assert.Equal("3", (await NextAsync(current)).Entry.Text);
    }

    [Fact]
    public async Task A_watcher_that_falls_behind_is_told_of_the_gap_once_and_goes_on()
    {
        StateFeed feed = new();
        using var subscription = feed.Subscribe([], null);
        var count = StateSubscription.PendingMax + 10;
        for (var i = 1; i <= count; i++)
            feed.Publish([new StateChange(i, [1], null)]);
        for (var i = 1; i <= StateSubscription.PendingMax; i++)
            Assert.Equal(i, (await subscription.NextAsync(Cancel))!.Revision);
        Assert.Null(await subscription.NextAsync(Cancel));
        Assert.Equal(count, subscription.GapAt);
        feed.Publish([new StateChange(count + 1, [1], null)]);
        Assert.Equal(count + 1, (await subscription.NextAsync(Cancel))!.Revision);
    }

    [Fact]
    public async Task A_token_that_is_none_is_refused()
    {
        using var watch = _client.WatchState(
            new() { Parent = "stores/s", ResumeToken = "x" }, cancellationToken: Cancel);
        Assert.Equal((StatusCode.InvalidArgument, "SAM0705"), await World.ErrorOf(() => NextAsync(watch)));
    }

    private static async Task<WatchStateResponse> NextAsync(AsyncServerStreamingCall<WatchStateResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        return watch.ResponseStream.Current;
    }

    private async Task<StateEntry> SetAsync(string store, string key, string text) =>
        await _client.SetStateAsync(
            new() { Entry = new() { Name = $"stores/{store}/keys/{key}", Text = text } }, cancellationToken: Cancel);
}
