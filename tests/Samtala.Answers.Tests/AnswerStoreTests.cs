using System.Text;
using Samtala.Abstractions;

namespace Samtala.Answers.Tests;

/// <summary>Published answers: found by path, durable, and keeping the blobs they name.</summary>
public sealed class AnswerStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_found_at_once_and_after_a_restart()
    {
        await using var world = new World();
        var answers = Of(world);
        var answer = Text("/hello/a%20b", "body") with
        {
            Authority = "127.0.0.1:7650",
            Accept = "text/plain",
            Status = 203,
            Headers = [new Header("Content-Type", "text/plain"), new Header("X-Two", "2")],
            Etag = "abc",
            FreshUntil = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Scope = "hello:read",
        };
        await answers.PublishAsync([answer], Token);
        Same(answer, Assert.Single(world.Answers.FindCached("/hello/a%20b")!.Answers));
        await world.ReopenAsync();
        Assert.Null(world.Answers.FindCached("/hello/a%20b"));
        Same(answer, Assert.Single((await world.Answers.FindAsync("/hello/a%20b", Token))!.Answers));
        Assert.NotNull(world.Answers.FindCached("/hello/a%20b"));
        Assert.Null(await world.Answers.FindAsync("/hello/other", Token));
        Assert.Null(await world.Answers.FindAsync("/", Token));
    }

    [Fact]
    public async Task A_variant_replaces_its_like_and_leaves_the_others()
    {
        await using var world = new World();
        var answers = Of(world);
        await answers.PublishAsync(
            [Text("/hello/x", "1"), Text("/hello/x", "2") with { Accept = "a/b" }, Text("/hello/x", "3")
                with { Encoding = "gzip" }],
            Token);
        await answers.PublishAsync([Text("/hello/x", "4") with { Accept = "a/b" }], Token);
        Assert.Equal(["1", "3", "4"], (await BodiesAsync(world, "/hello/x")).Order());
        await answers.WithdrawAsync("/hello/x", Token);
        Assert.Null(await world.Answers.FindAsync("/hello/x", Token));
        await answers.PublishAsync([Text("/hello/x", "5")], Token);
        await world.ReopenAsync();
        Assert.Equal(["5"], await BodiesAsync(world, "/hello/x"));
    }

    [Fact]
    public async Task A_blob_stays_for_as_long_as_an_answer_names_it()
    {
        await using var world = new World();
        var answers = Of(world);
        var first = await world.Blobs.PutAsync(new byte[5000], null, "plugin/hello", Token);
        var second = await world.Blobs.PutAsync(new byte[6000], null, "plugin/hello", Token);
        await answers.PublishAsync([Blob("/hello/x", first), Blob("/hello/y", first)], Token);
        await world.Blobs.RemoveOwnerAsync(first.Id, "plugin/hello", Token);
        Assert.Equal(0, (await world.Blobs.SweepAsync(TimeSpan.Zero, Token)).Count);
        await answers.PublishAsync([Blob("/hello/x", second)], Token);
        Assert.Equal(0, (await world.Blobs.SweepAsync(TimeSpan.Zero, Token)).Count);
        await answers.WithdrawAsync("/hello/y", Token);
        Assert.Equal(1, (await world.Blobs.SweepAsync(TimeSpan.Zero, Token)).Count);
        Assert.NotNull(await world.Blobs.StatAsync(second.Id, Token));

        var e = await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await answers.PublishAsync([Text("/hello/z", "z"), Blob("/hello/x", first)], Token));
        Assert.Contains("Put it first", e.Message, StringComparison.Ordinal);
        Assert.Null(await world.Answers.FindAsync("/hello/z", Token));
    }

    [Fact]
    public async Task Memory_is_bounded_and_whatever_left_it_is_still_found()
    {
        await using var world = new World();
        var small = new AnswerStore(world.Store, world.Blobs, TimeProvider.System, 64 * 1024);
        var answers = small.Of("hello");
        for (var i = 0; i < 200; i++)
            await answers.PublishAsync([Text($"/hello/{i}", new string('x', 1000))], Token);
        Assert.InRange(Enumerable.Range(0, 200).Count(i => small.FindCached($"/hello/{i}") is not null), 5, 40);
        for (var i = 0; i < 200; i++)
            Assert.NotNull(await small.FindAsync($"/hello/{i}", Token));
    }

    [Fact]
    public async Task Answers_of_a_removed_plugin_are_all_withdrawn()
    {
        await using var world = new World();
        var answers = Of(world);
        for (var i = 0; i < 30; i++)
            await answers.PublishAsync([.. Enumerable.Range(0, 40).Select(j => Text($"/hello/{i}/{j}", "x"))], Token);
        await world.Answers.Of("other").PublishAsync([Text("/other/x", "x")], Token);
        await world.ReopenAsync();
        await world.Answers.ClearAsync("hello", Token);
        for (var i = 0; i < 30; i++)
            Assert.Null(await world.Answers.FindAsync($"/hello/{i}/7", Token));
        Assert.NotNull(await world.Answers.FindAsync("/other/x", Token));
    }

    [Fact]
    public async Task Of_the_traffic_the_newest_thousand_are_kept()
    {
        await using var world = new World();
        for (var i = 1; i <= 1500; i++)
            world.Answers.RecordHit("hello", $"/hello/{i}", 200, 2);
        var traffic = await Of(world).ReadTrafficAsync(0, Token);
        Assert.Equal((1500, 3000, 1000), (traffic.TotalHits, traffic.TotalBytes, traffic.Hits.Count));
        Assert.Equal(("/hello/501", 501), (traffic.Hits[0].Path, traffic.Hits[0].Number));
        Assert.Equal(2, (await Of(world).ReadTrafficAsync(1498, Token)).Hits.Count);
        Assert.Empty((await Of(world).ReadTrafficAsync(9999, Token)).Hits);
    }

    public static TheoryData<string> WrongPaths =>
        ["", "/", "/hello", "/other/x", "hello/x", "/hello/a b", "/hello/x?y", "/hello/\u00e5", "/hello/x#y",
            "/hello/\r\nX: y"];

    [Theory]
    [MemberData(nameof(WrongPaths))]
    public async Task A_path_outside_the_plugins_own_is_refused(string path) => await RefusedAsync(Text(path, "x"));

    [Fact]
    public async Task Answers_over_their_limits_are_refused()
    {
        await RefusedAsync(Text("/hello/x", new string('x', IAnswers.InlineSizeMax + 1)));
        await RefusedAsync(Text("/hello/x", "x") with { Encoding = "br" });
        await RefusedAsync(Text("/hello/x", "x") with { Status = 42 });
        await RefusedAsync(Text("/hello/x", "x") with { Etag = "a\"b" });
        await RefusedAsync(Text("/hello/x", "x") with { Headers = [new Header("Content-Length", "1")] });
        await RefusedAsync(Text("/hello/x", "x") with { Headers = [new Header("X", "a\r\nSet-Cookie: b")] });
        await RefusedAsync(Text("/hello/x", "x") with { Headers = [new Header("X Y", "a")] });
        await RefusedAsync([.. Enumerable.Range(0, 65).Select(i => Text($"/hello/{i}", "x"))]);
        await RefusedAsync([.. Enumerable.Range(0, 33).Select(i => Text("/hello/x", "x") with { Accept = $"a/{i}" })]);
        await RefusedAsync();
    }

    private static async Task RefusedAsync(params PublishedAnswer[] published)
    {
        await using var world = new World();
        var answers = Of(world);
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await answers.PublishAsync(published, Token));
    }

    private static IAnswers Of(World world) => world.Answers.Of("hello");

    private static PublishedAnswer Text(string path, string body) =>
        new(path, new Content.Inline(Encoding.UTF8.GetBytes(body)));

    private static PublishedAnswer Blob(string path, Hypercore.Blobs.BlobInfo blob) =>
        new(path, new Content.OfBlob(Abstractions.BlobId.TryParse(blob.Id.ToString(), out var id) ? id
            : default, 0, blob.Length));

    private static async Task<IEnumerable<string>> BodiesAsync(World world, string path) =>
        (await world.Answers.FindAsync(path, Token))!.Answers
            .Select(a => Encoding.UTF8.GetString(((Content.Inline)a.Content).Bytes.Span));

    private static void Same(PublishedAnswer expected, PublishedAnswer seen)
    {
        Assert.Equal(expected.Headers, seen.Headers);
        Assert.Equal(((Content.Inline)expected.Content).Bytes.ToArray(), ((Content.Inline)seen.Content)
            .Bytes.ToArray());
        Assert.Equal(expected with { Headers = [], Content = seen.Content }, seen with { Headers = [] });
    }
}
