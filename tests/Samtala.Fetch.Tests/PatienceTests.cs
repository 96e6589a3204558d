using Samtala.Abstractions;
using Samtala.Testing;

namespace Samtala.Fetch.Tests;

/// <summary>A server that sends nothing is given up early; one that is only slow is not.</summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_after_the_idle_time()
    {
        await using var server = new ScriptedServer((string _) => (string?)null);
        var clock = new SimClock();
        var start = clock.GetUtcNow();
        using var http = Http(server, null, clock);
        var asked = http.FetchAsync(Request(), Token).AsTask();

        await clock.AdvanceUntilAsync(() => asked.IsCompleted, s_step, Token);

        var e = await Assert.ThrowsAsync<FetchException>(() => asked);
        Assert.Equal(FetchFailure.TimedOut, e.Failure);
        Assert.Contains("sent nothing for 5 s", e.Message, StringComparison.Ordinal);
        Assert.True(clock.GetUtcNow() - start >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_body_that_stops_coming_is_given_up_and_nothing_is_kept()
    {
        await using var server = new ScriptedServer(_ => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
        {
            Stalls = true,
        };
        var clock = new SimClock();
        var blobs = new PausingBlobs(() => { });
        using var http = Http(server, blobs, clock);
        var asked = http.FetchToBlobAsync(Request(), [], Token).AsTask();
        await blobs.Begun.Task.WaitAsync(Token);

        await clock.AdvanceUntilAsync(() => asked.IsCompleted, s_step, Token);

        Assert.Equal(FetchFailure.TimedOut, (await Assert.ThrowsAsync<FetchException>(() => asked)).Failure);
        Assert.False(blobs.IsKept);
    }

    [Fact]
    public async Task How_long_a_body_is_stored_does_not_count_as_the_servers_idleness()
    {
        await using var server = new ScriptedServer(_ => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
        var clock = new SimClock();
        var blobs = new PausingBlobs(() => clock.Advance(TimeSpan.FromMinutes(5)));
        using var http = Http(server, blobs, clock);

        var fetched = await http.FetchToBlobAsync(Request(), [], Token);

        Assert.Equal(5, fetched.Blob!.Length);
    }

    [Fact]
    public async Task The_whole_is_limited_too()
    {
        await using var server = new ScriptedServer(_ => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
        var clock = new SimClock();
        var blobs = new PausingBlobs(() => clock.Advance(TimeSpan.FromHours(1)));
        using var http = Http(server, blobs, clock);

        var e = await Assert.ThrowsAsync<FetchException>(
            async () => await http.FetchToBlobAsync(Request(), [], Token));

        Assert.Equal(FetchFailure.TimedOut, e.Failure);
        Assert.Contains("took longer than 3600 s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(86_400_001)]
    public async Task A_limit_out_of_its_range_is_refused(int milliseconds)
    {
        await using var server = new ScriptedServer((string _) => (string?)null);
        using var http = Http(server, null, new SimClock());
        var time = TimeSpan.FromMilliseconds(milliseconds);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await http.FetchAsync(Request() with { IdleTimeout = time }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await http.FetchAsync(Request() with { Timeout = time }, Token));
    }

    private static FetchRequest Request() => new(new Uri("http://public.example/file"))
    {
        Timeout = TimeSpan.FromHours(1),
        IdleTimeout = TimeSpan.FromSeconds(5),
    };

    private static OutboundHttp Http(ScriptedServer server, IBlobs? blobs, TimeProvider time) => new(
        new OutboundRules(_ => true, false),
        blobs,
        new NamedNetwork(server.Port).Name("public.example", ["93.184.216.34"]),
        time);

    /// <summary>Does something after each piece, as a slow disk would.</summary>
    private sealed class PausingBlobs(Action pause) : IBlobs
    {
        public TaskCompletionSource Begun { get; } = new();

        public bool IsKept { get; private set; }

        public async ValueTask<BlobInfo> PutAsync(
            IAsyncEnumerable<ReadOnlyMemory<byte>> content,
            IReadOnlyList<Digest> expected,
            CancellationToken cancellationToken)
        {
            long length = 0;
            await foreach (var piece in content.WithCancellation(cancellationToken))
            {
                length += piece.Length;
                Begun.TrySetResult();
                pause();
                cancellationToken.ThrowIfCancellationRequested();
            }

            IsKept = true;
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
