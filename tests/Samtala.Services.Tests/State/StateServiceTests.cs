using Grpc.Core;
using Samtala.Node.V1;
using Samtala.Testing;
using StateServer = Samtala.Services.State.StateService;

namespace Samtala.Services.Tests.State;

public sealed class StateServiceTests : IAsyncLifetime
{
    private readonly World _world = new();
    private StateServer _server = null!;
    private StateService.StateServiceClient _client = null!;

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
    public async Task What_was_set_is_read_back_with_its_etag_and_time()
    {
        var written = await SetAsync("notes", "today/food", "milk");
        var read = await _client.GetStateAsync(
            new() { Name = "stores/notes/keys/today/food" }, cancellationToken: Cancel);
        Assert.Equal(written, read);
        Assert.Equal("milk", read.Text);
        Assert.NotEmpty(read.Etag);
        Assert.Equal(_world.Clock.Now, read.UpdateTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task Bytes_come_back_as_bytes()
    {
        StateEntry entry = new() { Name = "stores/a/keys/b", Data = Google.Protobuf.ByteString.CopyFrom(0, 255, 0) };
        await _client.SetStateAsync(new() { Entry = entry }, cancellationToken: Cancel);
        var read = await _client.GetStateAsync(new() { Name = entry.Name }, cancellationToken: Cancel);
        Assert.Equal(StateEntry.ContentOneofCase.Data, read.ContentCase);
        Assert.Equal(entry.Data, read.Data);
    }

    [Fact]
    public async Task A_write_with_an_old_etag_is_aborted_and_changes_nothing()
    {
        var first = await SetAsync("s", "k", "one");
        await SetAsync("s", "k", "two", first.Etag);
        Assert.Equal(
            (StatusCode.Aborted, "SAM0707"), await World.ErrorOf(() => SetAsync("s", "k", "three", first.Etag)));
        var read = await _client.GetStateAsync(new() { Name = "stores/s/keys/k" }, cancellationToken: Cancel);
        Assert.Equal("two", read.Text);
    }

    [Fact]
    public async Task Etag_zero_writes_only_what_is_not_there_yet()
    {
        await SetAsync("s", "new", "mine", "0");
        Assert.Equal((StatusCode.Aborted, "SAM0707"), await World.ErrorOf(() => SetAsync("s", "new", "yours", "0")));
    }

    [Fact]
    public async Task Of_many_writers_with_one_etag_exactly_one_wins()
    {
        var start = await SetAsync("s", "k", "start");
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            try
            {
                await SetAsync("s", "k", $"{i}", start.Etag);
                return 1;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Aborted)
            {
                return 0;
            }
        }));
        Assert.Equal(1, results.Sum());
    }

    [Fact]
    public async Task Deleting_needs_an_entry_and_its_etag()
    {
        var entry = await SetAsync("s", "k", "v");
        DeleteStateRequest request = new() { Name = entry.Name, Etag = "999" };
        Assert.Equal((StatusCode.Aborted, "SAM0707"), await World.ErrorOf(() => DeleteAsync(request)));
        request.Etag = entry.Etag;
        await DeleteAsync(request);
        Assert.Equal((StatusCode.NotFound, "SAM0706"), await World.ErrorOf(() => DeleteAsync(request)));
        Assert.Equal((StatusCode.NotFound, "SAM0706"), await World.ErrorOf(
            () => _client.GetStateAsync(new() { Name = entry.Name }, cancellationToken: Cancel).ResponseAsync));
    }

    [Fact]
    public async Task A_list_has_pages_in_order_and_keeps_to_its_store_and_prefix()
    {
        foreach (var key in new[] { "b/2", "a", "b/1", "c", "b/3" })
            await SetAsync("s", key, key);
        await SetAsync("s2", "b/9", "other store");
        ListStateRequest request = new() { Parent = "stores/s", Prefix = "b/", PageSize = 2 };
        var first = await _client.ListStateAsync(request, cancellationToken: Cancel);
        Assert.Equal(["b/1", "b/2"], first.Entries.Select(e => e.Text));
        request.PageToken = first.NextPageToken;
        var last = await _client.ListStateAsync(request, cancellationToken: Cancel);
        Assert.Equal(["b/3"], last.Entries.Select(e => e.Text));
        Assert.Empty(last.NextPageToken);
    }

    [Theory]
    [InlineData("stores/UPPER/keys/k", "SAM0701")]
    [InlineData("stores//keys/k", "SAM0701")]
    [InlineData("stores/s/keys/", "SAM0701")]
    [InlineData("nonsense", "SAM0701")]
    public async Task A_name_that_is_none_is_refused_with_its_field(string name, string code) =>
        Assert.Equal((StatusCode.InvalidArgument, code), await World.ErrorOf(
            () => _client.GetStateAsync(new() { Name = name }, cancellationToken: Cancel).ResponseAsync));

    [Fact]
    public async Task A_value_over_seven_kibibytes_is_refused() =>
        Assert.Equal(
            (StatusCode.InvalidArgument, "SAM0704"),
                await World.ErrorOf(() => SetAsync("s", "k", new string('x', 7169))));

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_crash()
    {
        SimDisk disk = new();
        await using (World before = new(disk))
        {
            await using var server = await StateServer.OpenAsync(before.Store, before.Clock, Cancel);
            before.Serve(server);
            await new StateService.StateServiceClient(before.As()).SetStateAsync(
                new() { Entry = new() { Name = "stores/s/keys/k", Text = "kept" } }, cancellationToken: Cancel);
            disk.Crash(new Random(1));
        }

        await using World after = new(disk);
        await using var again = await StateServer.OpenAsync(after.Store, after.Clock, Cancel);
        after.Serve(again);
        StateService.StateServiceClient client = new(after.As());
        var read = await client.GetStateAsync(new() { Name = "stores/s/keys/k" }, cancellationToken: Cancel);
        Assert.Equal("kept", read.Text);
        var next = await client.SetStateAsync(
            new() { Entry = new() { Name = "stores/s/keys/k", Text = "newer", Etag = read.Etag } },
                cancellationToken: Cancel);
        Assert.NotEqual(read.Etag, next.Etag);
    }

    private async Task<StateEntry> SetAsync(string store, string key, string text, string etag = "") =>
        await _client.SetStateAsync(
            new() { Entry = new() { Name = $"stores/{store}/keys/{key}", Text = text, Etag = etag } },
            cancellationToken: Cancel);

    private Task DeleteAsync(DeleteStateRequest request) =>
        _client.DeleteStateAsync(request, cancellationToken: Cancel).ResponseAsync;
}
