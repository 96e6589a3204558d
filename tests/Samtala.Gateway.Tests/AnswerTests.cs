using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Samtala.Abstractions;
using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

public sealed class AnswerTests
{
    private const string Path = "/registry/npm/ms";
    private const string Abbreviated = "application/vnd.npm.install-v1+json";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_served_without_asking_the_plugin()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(new PublishedAnswer(Path, FakeNode.Text("{}"))
        {
            Etag = "abc",
            Headers = [new("Content-Type", "application/json"), new("npm-notice", "hi"), new("Set-Cookie", "a=b")],
        });
        using var client = door.Http();

        using var answer = await client.GetAsync(Path, Cancelled);

        Assert.Equal("{}", await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("\"abc\"", answer.Headers.ETag?.Tag);
        Assert.Equal("hi", answer.Headers.GetValues("npm-notice").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(0, door.Node.Handled);
        Assert.Equal([(Path, 200, 2L)], door.Node.Traffic);
    }

    [Fact]
    public async Task The_variant_is_chosen_by_authority_then_accept_then_encoding()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(
            new PublishedAnswer(Path, FakeNode.Text("any full")),
            new PublishedAnswer(Path, FakeNode.Text("any short")) { Accept = Abbreviated },
            new PublishedAnswer(Path, FakeNode.Text("mine full")) { Authority = door.Authority },
            new PublishedAnswer(Path, FakeNode.Text("mine short"))
            {
                Authority = door.Authority,
                Accept = Abbreviated,
            });
        using var client = door.Http();

        Assert.Equal("mine full", await client.GetStringAsync(Path, Cancelled));
        Assert.Equal("any full", await GetAsync(client, "Host", $"localhost:{door.HttpPort}"));
        var npm = $"{Abbreviated}; q=1.0, application/json; q=0.8, */*";
        Assert.Equal("mine short", await GetAsync(client, "Accept", npm));
        using var answer = await client.GetAsync(Path, Cancelled);
        Assert.Equal(["Accept"], answer.Headers.Vary);
    }

    [Fact]
    public async Task A_client_without_gzip_gets_it_unpacked()
    {
        await using var door = await OpenDoor.StartAsync();
        var plain = new byte[300_000];
        new Random(7).NextBytes(plain.AsSpan(0, 100_000));
        var info = door.Node.Blobs.Add(Gzip(plain), door.Folder);
        door.Node.Publish(new PublishedAnswer(Path, new Content.OfBlob(info.Id, 0, info.Length))
        {
            Encoding = "gzip",
            Etag = "e",
        });
        using var client = door.Http();

        using var unpacked = await client.GetAsync(Path, Cancelled);
        Assert.Equal(plain, await unpacked.Content.ReadAsByteArrayAsync(Cancelled));
        Assert.Empty(unpacked.Content.Headers.ContentEncoding);
        Assert.True(unpacked.Headers.ETag?.IsWeak);

        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var packed = await client.GetAsync(Path, Cancelled);
        Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
        Assert.Equal(info.Length, (await packed.Content.ReadAsByteArrayAsync(Cancelled)).Length);
        Assert.Equal(0, door.Node.Blobs.StillOpen);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(10, true)]
    [InlineData(100_000, true)]
    [InlineData(3_000_000, false)]
    [InlineData(3_000_000, true)]
    public async Task Blobs_of_any_size_arrive_whole_and_in_ranges_over_every_listener(int size, bool inFile)
    {
        await using var door = await OpenDoor.StartAsync();
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        var info = door.Node.Blobs.Add(bytes, inFile ? door.Folder : null);
        door.Node.Publish(new PublishedAnswer(Path, new Content.OfBlob(info.Id, 2, size - 2)) { Etag = "e" });
        using var http = door.Http();
        using var http1 = door.Socket(HttpVersion.Version11);
        using var http2 = door.Socket(HttpVersion.Version20);

        foreach (var client in new[] { http, http1, http2, http })
        {
            Assert.Equal(bytes[2..], await client.GetByteArrayAsync(Path, Cancelled));
            Assert.Equal(bytes[5..^1], await RangeAsync(client, new RangeHeaderValue(3, size - 4)));
            Assert.Equal(bytes[^3..], await RangeAsync(client, new RangeHeaderValue(null, 3)));
            Assert.Equal(bytes[6..], await RangeAsync(client, new RangeHeaderValue(4, null)));
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Path), Cancelled);
            Assert.Equal(size - 2, head.Content.Headers.ContentLength);
        }

        using var beyond = new HttpRequestMessage(HttpMethod.Get, Path);
        beyond.Headers.Range = new RangeHeaderValue(size, null);
        using var refused = await http.SendAsync(beyond, Cancelled);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, refused.StatusCode);
        Assert.Equal(0, door.Node.Blobs.StillOpen);
    }

    [Theory]
    [InlineData("\"abc\"", 304)]
    [InlineData("W/\"abc\"", 304)]
    [InlineData("\"x\", \"abc\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"x\"", 200)]
    public async Task What_the_client_has_is_not_sent_again(string known, int status)
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(new PublishedAnswer(Path, FakeNode.Text("{}")) { Etag = "abc" });
        using var client = door.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("If-None-Match", known);

        using var answer = await client.SendAsync(request, Cancelled);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 304 ? "" : "{}", await answer.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task A_stale_answer_is_served_at_once_and_refreshed_once()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(new PublishedAnswer(Path, FakeNode.Text("old")) { FreshUntil = DateTimeOffset.UnixEpoch });
        var refreshing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        door.Node.OnRequest = async (_, _) =>
        {
            refreshing.TrySetResult();
            await release.Task;
            return new RawReply(200, [], null);
        };
        using var client = door.Http();

        for (var i = 0; i < 20; i++)
            Assert.Equal("old", await client.GetStringAsync(Path, Cancelled));
        await refreshing.Task.WaitAsync(Cancelled);
        release.SetResult();

        var request = Assert.Single(door.Node.Requests);
        Assert.True(request.IsRefresh);
        Assert.Equal(Path, request.Path);
    }

    [Fact]
    public async Task No_cache_asks_the_plugin()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(new PublishedAnswer(Path, FakeNode.Text("old")));
        using var client = door.Http();

        Assert.Equal("handled", await GetAsync(client, "Cache-Control", "no-cache"));
    }

    [Fact]
    public async Task An_answer_with_a_scope_is_for_its_holders()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(new PublishedAnswer(Path, FakeNode.Text("private")) { Scope = "registry:read" });
        door.Node.OnRequest = (_, _) => ValueTask.FromResult(new RawReply(404, [], null));
        using var client = door.Http();

        foreach (var (token, status) in new[]
        {
            ("", HttpStatusCode.Unauthorized), (FakeNode.PublishToken, HttpStatusCode.Forbidden),
            (FakeNode.ReaderToken, HttpStatusCode.OK), ("wrong", HttpStatusCode.Unauthorized),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            if (token.Length > 0)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await client.SendAsync(request, Cancelled);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_missing_blob_is_an_error_and_never_half_an_answer()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.Publish(new PublishedAnswer(Path, new Content.OfBlob(new BlobId(new byte[32]), 0, 10)));
        using var client = door.Http();

        using var answer = await client.GetAsync(Path, Cancelled);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("SAM0517", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    private static async Task<string> GetAsync(HttpClient client, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await client.SendAsync(request, Cancelled);
        return await answer.Content.ReadAsStringAsync(Cancelled);
    }

    private static async Task<byte[]> RangeAsync(HttpClient client, RangeHeaderValue range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Range = range;
        using var answer = await client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(Cancelled);
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(plain);
        return packed.ToArray();
    }
}
