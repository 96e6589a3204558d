using System.Net;
using System.Net.Sockets;
using System.Text;
using Samtala.Abstractions;
using Samtala.Plugins.Hello;

namespace Samtala.Testing.Tests;

/// <summary>Maps and shared blobs are the same by reference and by bytes, on one node and between two.</summary>
public sealed class LoopbackMapTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<LoopbackKind> Kinds => [LoopbackKind.Direct, LoopbackKind.Serialising];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_map_is_written_all_or_nothing_and_read_by_key_and_in_order(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, 1);
        var maps = harness.Node.Maps;
        var map = await maps.CreateAsync("notes", Token);
        Assert.True(map is { IsOwn: true, IsShared: false, Length: 0 });
        Assert.Equal(map.Id, (await maps.CreateAsync("notes", Token)).Id);
        Assert.NotEqual(map.Id, (await maps.CreateAsync("other", Token)).Id);

        Assert.True(await maps.CommitAsync(
            map.Id, [Put("b", "2"), Put("a", "1"), Put("c", "3"), new MapWrite(Key("e"), Array.Empty<byte>())], Token));
        var found = await maps.GetAsync(map.Id, [Key("c"), Key("x"), Key("e")], Token);
        Assert.Equal("3", Text(found[0]!.Value));
        Assert.Null(found[1]);
        Assert.True(found[2]!.Value.IsEmpty);
        Assert.False(await maps.CommitAsync(
            map.Id, [Put("d", "4"), Put("a", "5") with { ExpectedSequence = 0 }], Token));
        var old = (await maps.GetAsync(map.Id, [Key("a")], Token))[0]!;
        Assert.True(await maps.CommitAsync(
            map.Id, [Put("a", "5") with { ExpectedSequence = old.Sequence }, new MapWrite(Key("b"), null)], Token));
        Assert.Equal(
            ["a=5", "c=3"], await ScanAsync(maps, map.Id, new MapRange(default, Key("e"), 10)));
        Assert.Equal(
            ["e=", "c=3"], await ScanAsync(maps, map.Id, new MapRange(Key("b"), default, 2, IsDescending: true)));
        Assert.Equal(2, (await maps.ListAsync(Token)).Count);
        Assert.True((await maps.ListAsync(Token))[0] is { Name: "notes", Length: 7 });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Maps_over_their_limits_and_foreign_maps_are_refused(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, 1);
        var maps = harness.Node.Maps;
        var map = (await maps.CreateAsync("notes", Token)).Id;
        foreach (var name in new[] { "", "A", "a/b", new string('x', IMaps.NameSizeMax + 1) })
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await maps.CreateAsync(name, Token));
        MapWrite[][] wrong =
        [
            [],
            [Put("", "x")],
            [new MapWrite(new byte[IMaps.KeySizeMax + 1], default)],
            [new MapWrite(Key("a"), new byte[IMaps.ValueSizeMax + 1])],
            [Put("a", "1"), Put("a", "2")],
            [.. Enumerable.Range(0, IMaps.WritesMax + 1).Select(i => Put($"{i}", "x"))],
            [.. Enumerable.Range(0, 10).Select(i => new MapWrite(Key($"{i}"), new byte[IMaps.ValueSizeMax]))],
        ];
        foreach (var writes in wrong)
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await maps.CommitAsync(map, writes, Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await maps.GetAsync(map, [], Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await maps.ScanAsync(map, new MapRange(default, default, 1001), Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await maps.FollowAsync(default, ["nowhere"], Token));

        MapId stranger = new([.. Enumerable.Repeat((byte)7, 32)]);
        var e = await Assert.ThrowsAsync<MapException>(async () => await maps.GetAsync(stranger, [Key("a")], Token));
        Assert.Equal(MapFailure.NotHere, e.Failure);
        await Assert.ThrowsAsync<MapException>(async () => await maps.CommitAsync(stranger, [Put("a", "1")], Token));
        await Assert.ThrowsAsync<MapException>(async () => await maps.ShareAsync(stranger, true, Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_followed_map_is_read_as_it_is_now_and_its_blobs_are_fetched(LoopbackKind loopback)
    {
        await using var writer = await StartAsync(loopback, 1);
        await using var reader = await StartAsync(loopback, 2);
        var map = (await writer.Node.Maps.CreateAsync("notes", Token)).Id;
        await writer.Node.Maps.CommitAsync(map, [Put("a", "1")], Token);
        await writer.Node.Maps.ShareAsync(map, isShared: true, Token);
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        var blob = await writer.Node.Blobs.PutAsync(Pieces(bytes), [], Token);
        await writer.Node.Blobs.ShareAsync([blob.Id], isShared: true, Token);

        await reader.Node.Maps.FollowAsync(map, writer.Node.Info.PeerAddresses, Token);
        Assert.Equal("1", Text((await reader.Node.Maps.GetAsync(map, [Key("a")], Token))[0]!.Value));
        await writer.Node.Maps.CommitAsync(map, [Put("a", "2")], Token);
        while (Text((await reader.Node.Maps.GetAsync(map, [Key("a")], Token))[0]!.Value) != "2")
            await Task.Yield();
        var state = Assert.Single(await reader.Node.Maps.ListAsync(Token));
        Assert.True(state is { IsOwn: false, IsConnected: true, Length: 3 });
        var e = await Assert.ThrowsAsync<MapException>(
            async () => await reader.Node.Maps.CommitAsync(map, [Put("a", "3")], Token));
        Assert.Equal(MapFailure.NotHere, e.Failure);

        Digest other = new(DigestAlgorithm.Sha256, new byte[32]);
        await Assert.ThrowsAsync<DigestMismatchException>(async () => await reader.Node.Blobs.FetchAsync(
            new WantedBlob(blob.Id, map) { Expected = [other] }, Token));
        Assert.Null(await reader.Node.Blobs.FindAsync(blob.Id, Token));
        var fetched = await reader.Node.Blobs.FetchAsync(
            new WantedBlob(blob.Id, map) { Expected = [blob.Sha512], LengthMax = bytes.Length }, Token);
        Assert.Equal(blob, fetched);
        Assert.Equal(bytes, await reader.ReadAsync(new Content.OfBlob(blob.Id, 0, -1), Token));

        await reader.Node.Maps.UnfollowAsync(map, Token);
        Assert.Empty(await reader.Node.Maps.ListAsync(Token));
    }

    [Fact]
    public async Task One_reader_after_the_other_is_served()
    {
        await using var writer = await StartAsync(LoopbackKind.Direct, 1);
        var map = (await writer.Node.Maps.CreateAsync("notes", Token)).Id;
        await writer.Node.Maps.CommitAsync(map, [Put("a", "1")], Token);
        await writer.Node.Maps.ShareAsync(map, isShared: true, Token);
        var blob = await writer.Node.Blobs.PutAsync(Pieces(new byte[100_000]), [], Token);
        await writer.Node.Blobs.ShareAsync([blob.Id], isShared: true, Token);
        for (var i = 2; i < 6; i++)
        {
            await using var reader = await StartAsync(LoopbackKind.Direct, i);
            await reader.Node.Maps.FollowAsync(map, writer.Node.Info.PeerAddresses, Token);
            Assert.Equal("1", Text((await reader.Node.Maps.GetAsync(map, [Key("a")], Token))[0]!.Value));
            Assert.Equal(blob, await reader.Node.Blobs.FetchAsync(new WantedBlob(blob.Id, map), Token));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_map_is_watched_until_it_is_unfollowed_or_nobody_looks(LoopbackKind loopback)
    {
        await using var writer = await StartAsync(loopback, 1);
        await using var reader = await StartAsync(loopback, 2);
        var map = (await writer.Node.Maps.CreateAsync("notes", Token)).Id;
        await foreach (var now in writer.Node.Maps.WatchAsync(map, Token))
        {
            Assert.Equal(map, now.Id);
            break;
        }

        await reader.Node.Maps.FollowAsync(map, writer.Node.Info.PeerAddresses, Token);
        var seen = 0;
        await foreach (var now in reader.Node.Maps.WatchAsync(map, Token))
        {
            if (seen++ == 0)
                await reader.Node.Maps.UnfollowAsync(map, Token);
        }

        Assert.InRange(seen, 1, 2);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var now in writer.Node.Maps.WatchAsync(map, stop.Token))
                await stop.CancelAsync();
        });
    }

    [Fact]
    public async Task Nothing_of_a_removed_plugin_is_shared()
    {
        await using var harness = await StartAsync(LoopbackKind.Direct, 1);
        var blob = await harness.Node.Blobs.PutAsync(Pieces(new byte[100]), [], Token);
        await harness.Node.Blobs.ShareAsync([blob.Id], isShared: true, Token);
        Assert.Single((await harness.Kernel.Blobs.ListAsync("share/hello", 0, 10, Token)).Ids);

        await harness.Kernel.Plugins.InstallAsync(
            Path.Combine(AppContext.BaseDirectory, "../../../samples/hello"), ["state", "answers"], Token);
        await harness.Kernel.Plugins.RemoveAsync("hello", keepData: false, Token);

        Assert.Empty((await harness.Kernel.Blobs.ListAsync("share/hello", 0, 10, Token)).Ids);
    }

    [Fact]
    public async Task A_connection_that_comes_up_slowly_is_waited_for()
    {
        await using var writer = await StartAsync(LoopbackKind.Direct, 1);
        await using var reader = await StartAsync(LoopbackKind.Direct, 2);
        var map = (await writer.Node.Maps.CreateAsync("notes", Token)).Id;
        await writer.Node.Maps.CommitAsync(map, [Put("a", "1")], Token);
        await writer.Node.Maps.ShareAsync(map, isShared: true, Token);
        using TcpListener slow = new(IPAddress.Loopback, 0);
        slow.Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var passing = PassAsync(slow, IPEndPoint.Parse(writer.Node.Info.PeerAddresses[0]), over.Token);

        await reader.Node.Maps.FollowAsync(map, [slow.LocalEndpoint.ToString()!], Token);
        Assert.Equal("1", Text((await reader.Node.Maps.GetAsync(map, [Key("a")], Token))[0]!.Value));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => passing);
    }

    [Fact]
    public async Task What_is_held_and_not_what_was_promised_is_not_taken_over()
    {
        await using var harness = await StartAsync(LoopbackKind.Direct, 1);
        var map = (await harness.Node.Maps.CreateAsync("notes", Token)).Id;
        var blob = await harness.Node.Blobs.PutAsync(Pieces(new byte[100]), [], Token);
        await harness.Node.Blobs.ShareAsync([blob.Id], isShared: true, Token);
        await harness.Node.Blobs.ReleaseAsync(blob.Id, Token);

        Digest other = new(DigestAlgorithm.Sha256, new byte[32]);
        await Assert.ThrowsAsync<DigestMismatchException>(async () => await harness.Node.Blobs.FetchAsync(
            new WantedBlob(blob.Id, map) { Expected = [other] }, Token));
        Assert.Empty((await harness.Kernel.Blobs.ListAsync("plugin/hello", 0, 10, Token)).Ids);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_nobody_gives_is_an_error_that_says_who_was_asked(LoopbackKind loopback)
    {
        string address;
        MapId map;
        await using var reader = await StartAsync(loopback, 2);
        await using (var writer = await StartAsync(loopback, 1))
        {
            map = (await writer.Node.Maps.CreateAsync("notes", Token)).Id;
            await writer.Node.Maps.CommitAsync(map, [Put("a", "1")], Token);
            address = writer.Node.Info.PeerAddresses[0];
            await reader.Node.Maps.FollowAsync(map, [address], Token);
            var hidden = await Assert.ThrowsAsync<MapException>(
                async () => await reader.Node.Maps.GetAsync(map, [Key("a")], Token));
            Assert.Equal(MapFailure.Missing, hidden.Failure);
        }

        var e = await Assert.ThrowsAsync<MapException>(
            async () => await reader.Node.Maps.GetAsync(map, [Key("a")], Token));
        Assert.Equal(MapFailure.Unreachable, e.Failure);
        Assert.Contains(address, e.Message, StringComparison.Ordinal);
        BlobId blob = new([.. Enumerable.Repeat((byte)7, 32)]);
        var fetch = await Assert.ThrowsAsync<MapException>(
            async () => await reader.Node.Blobs.FetchAsync(new WantedBlob(blob, map), Token));
        Assert.Equal(MapFailure.Unreachable, fetch.Failure);
    }

    /// <summary>Lets one connection through, after a while.</summary>
    private static async Task PassAsync(TcpListener from, IPEndPoint to, CancellationToken cancellationToken)
    {
        using var dialled = await from.AcceptTcpClientAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
        using TcpClient answering = new();
        await answering.ConnectAsync(to, cancellationToken);
        await Task.WhenAll(
            dialled.GetStream().CopyToAsync(answering.GetStream(), cancellationToken),
            answering.GetStream().CopyToAsync(dialled.GetStream(), cancellationToken));
    }

    private static Task<PluginHarness> StartAsync(LoopbackKind loopback, int seed) =>
        PluginHarness.StartAsync<HelloPlugin>(
            new PluginHarnessOptions
            {
                Loopback = loopback,
                Grants = ["state", "answers", "blobs", "logs"],
                Random = new SeededRandomness(seed),
                ListensForPeers = true,
            },
            Token);

    private static async Task<IEnumerable<string>> ScanAsync(IMaps maps, MapId map, MapRange range) =>
        (await maps.ScanAsync(map, range, Token)).Select(e => $"{Text(e.Key)}={Text(e.Value)}");

    private static MapWrite Put(string key, string value) => new(Key(key), Encoding.UTF8.GetBytes(value));

    private static ReadOnlyMemory<byte> Key(string key) => Encoding.UTF8.GetBytes(key);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes)
    {
        await Task.CompletedTask;
        yield return bytes;
    }
}
