using System.IO.Compression;
using System.Text;
using Samtala.Abstractions;

namespace Samtala.Fetch.Tests;

/// <summary>Bodies arrive whole or not at all.</summary>
public sealed class ReplyBodyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n12345")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n12345")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: unheard-of\r\nContent-Length: 5\r\n\r\n12345")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")]
    public async Task A_body_that_ends_early_or_cannot_be_read_is_refused(string answer) =>
        Assert.Equal(FetchFailure.BadBody, (await FailAsync(_ => answer, Request())).Failure);

    [Fact]
    public async Task A_packed_body_that_ends_early_is_refused()
    {
        var packed = Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000))));
        var cut = packed[..(packed.Length / 2)];
        await using var server = new ScriptedServer((Func<string, byte[]?>)(_ =>
            [.. Encoding.Latin1.GetBytes(
                $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {cut.Length}\r\n\r\n"), .. cut]));
        using var http = Http(server, null);
        var e = await Assert.ThrowsAsync<FetchException>(async () => await http.FetchAsync(Request(), Token));
        Assert.Equal(FetchFailure.BadBody, e.Failure);
    }

    [Fact]
    public async Task A_packed_body_is_unpacked_and_bounded_by_what_it_becomes()
    {
        var packed = Gzip(new byte[500_000]);
        await using var server = new ScriptedServer((Func<string, byte[]?>)(_ =>
            [.. Encoding.Latin1.GetBytes(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n"
                + $"Content-Length: {packed.Length}\r\n\r\n"),
             .. packed]));
        using var http = Http(server, null);
        Assert.Equal(500_000, (await http.FetchAsync(Request(), Token)).Body.Length);
        var e = await Assert.ThrowsAsync<FetchException>(
            async () => await http.FetchAsync(Request() with { BodySizeMax = 499_999 }, Token));
        Assert.Equal(FetchFailure.BadBody, e.Failure);
    }

    [Fact]
    public async Task A_metered_dialer_counts_both_directions()
    {
        const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n12345";
        var asked = 0;
        await using var server = new ScriptedServer(request =>
        {
            asked += request.Length;
            return Answer;
        });
        var network = new MeteredDialer(new NamedNetwork(server.Port).Name("public.example", ["93.184.216.34"]));
        using var http = new OutboundHttp(
            new OutboundRules(_ => true, IsPrivateGranted: false), null, network, TimeProvider.System);
        Assert.Equal(0, network.Bytes);
        await http.FetchAsync(Request(), Token);
        await http.FetchAsync(Request(), Token);
        Assert.Equal(asked + (2 * Answer.Length), network.Bytes);
    }

    [Fact]
    public async Task A_body_over_its_limit_is_refused_before_it_is_read() => Assert.Equal(
        FetchFailure.BadBody,
        (await FailAsync(_ =>
            "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901", Request() with { BodySizeMax = 10 })).Failure);

    [Fact]
    public async Task A_server_that_never_answers_times_out()
    {
        var e = await FailAsync(_ => null, Request() with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(FetchFailure.TimedOut, e.Failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task A_server_that_hangs_up_or_talks_nonsense_is_unreachable(string answer) =>
        Assert.Equal(FetchFailure.Unreachable, (await FailAsync(_ => answer, Request())).Failure);

    [Fact]
    public async Task A_name_that_does_not_resolve_is_unreachable() => Assert.Equal(
        FetchFailure.Unreachable,
        (await FailAsync(_ => "", new FetchRequest(new Uri("http://nowhere.example/")))).Failure);

    [Fact]
    public async Task An_error_status_is_an_answer()
    {
        await using var server = new ScriptedServer(
            _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nX-Why: gone\r\nConnection: close\r\n\r\ngone");
        using var http = Http(server, null);
        var reply = await http.FetchAsync(Request(), Token);
        Assert.Equal(404, reply.Status);
        Assert.Contains(new Header("X-Why", "gone"), reply.Headers);
        Assert.Equal("gone"u8.ToArray(), reply.Body.ToArray());
    }

    [Fact]
    public async Task A_body_without_an_end_is_stored_only_when_a_digest_can_tell_that_it_is_whole()
    {
        await using var server = new ScriptedServer(_ => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwhole?");
        var blobs = new CountingBlobs();
        using var http = Http(server, blobs);
        var e = await Assert.ThrowsAsync<FetchException>(async () => await http.FetchToBlobAsync(Request(), [], Token));
        Assert.Equal(FetchFailure.BadBody, e.Failure);
        Assert.Equal(0, blobs.Puts);
        var digest = new Digest(DigestAlgorithm.Sha256, System.Security.Cryptography.SHA256.HashData("whole?"u8));
        Assert.Equal(6, (await http.FetchToBlobAsync(Request(), [digest], Token)).Blob!.Length);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_never_stored()
    {
        await using var server = new ScriptedServer(_ => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
        var blobs = new CountingBlobs();
        using var http = Http(server, blobs);
        await Assert.ThrowsAsync<FetchException>(async () => await http.FetchToBlobAsync(Request(), [], Token));
        Assert.Equal(0, blobs.Kept);
    }

    private static FetchRequest Request() =>
        new(new Uri("http://public.example/file")) { Timeout = TimeSpan.FromSeconds(20) };

    private static OutboundHttp Http(ScriptedServer server, IBlobs? blobs) => new(
        new OutboundRules(_ => true, false),
        blobs,
        new NamedNetwork(server.Port).Name("public.example", ["93.184.216.34"]),
        TimeProvider.System);

    private static async Task<FetchException> FailAsync(Func<string, string?> answer, FetchRequest request)
    {
        await using var server = new ScriptedServer(answer);
        using var http = Http(server, null);
        return await Assert.ThrowsAsync<FetchException>(async () => await http.FetchAsync(request, Token));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>Counts what would be kept.</summary>
    private sealed class CountingBlobs : IBlobs
    {
        public int Puts { get; private set; }

        public int Kept { get; private set; }

        public async ValueTask<BlobInfo> PutAsync(
            IAsyncEnumerable<ReadOnlyMemory<byte>> content, IReadOnlyList<Digest> expected,
                CancellationToken cancellationToken)
        {
            Puts++;
            long length = 0;
            await foreach (var piece in content.WithCancellation(cancellationToken))
                length += piece.Length;
            Kept++;
            return new BlobInfo(default, length, Zero(DigestAlgorithm.Sha1), Zero(DigestAlgorithm.Sha256),
                Zero(DigestAlgorithm.Sha512));
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
            BlobId id, long offset, long length, CancellationToken cancellationToken) =>
                throw new NotSupportedException();

        public ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken) => new((BlobInfo?)null);

        public ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
            new((BlobInfo?)null);

        public ValueTask ReleaseAsync(BlobId id, CancellationToken cancellationToken) => default;

        public ValueTask ShareAsync(
            IReadOnlyList<BlobId> ids, bool isShared, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<BlobInfo> FetchAsync(WantedBlob wanted, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        private static Digest Zero(DigestAlgorithm algorithm) => new(algorithm, new byte[Digest.SizeOf(algorithm)]);
    }
}
