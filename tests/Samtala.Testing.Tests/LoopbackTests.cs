using System.Security.Cryptography;
using System.Text;
using Samtala.Abstractions;
using Samtala.Plugins.Hello;

namespace Samtala.Testing.Tests;

/// <summary>What a plugin sees of the node is the same by reference and by bytes, errors too.</summary>
public sealed class LoopbackTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<LoopbackKind> Kinds => [LoopbackKind.Direct, LoopbackKind.Serialising];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task State_is_written_only_with_the_right_etag(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, "state", "answers");
        var state = harness.Node.State;
        Assert.True(await state.CommitAsync([new StateWrite("a", "1"u8.ToArray(), "")], Token));
        Assert.False(await state.CommitAsync([new StateWrite("a", "2"u8.ToArray(), "")], Token));
        var entry = (await state.GetAsync("a", Token))!;
        Assert.Equal("1"u8.ToArray(), entry.Value.ToArray());
        Assert.True(await state.CommitAsync([new StateWrite("a", "2"u8.ToArray(), entry.Etag)], Token));
        Assert.False(await state.CommitAsync(
            [new StateWrite("b", "1"u8.ToArray()), new StateWrite("a", null, entry.Etag)], Token));
        Assert.Null(await state.GetAsync("b", Token));
        Assert.True(await state.CommitAsync([new StateWrite("a", null)], Token));
        Assert.Null(await state.GetAsync("a", Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await state.CommitAsync([], Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await state.CommitAsync([new StateWrite("x", new byte[IState.ValueSizeMax + 1])], Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await state.GetAsync(new string('x', 513), Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task State_is_listed_by_prefix_in_byte_order(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, "state", "answers");
        var state = harness.Node.State;
        await state.CommitAsync(
            [.. new[] { "b/1", "a/2", "a/1", "a/10", "a\u00e5", "aa" }.Select(k =>
                new StateWrite(k, Encoding.UTF8.GetBytes(k)))],
            Token);
        Assert.Equal(["a/1", "a/10", "a/2"], (await state.ListAsync("a/", "", 10, Token)).Select(e => e.Key));
        Assert.Equal(["a/10", "a/2"], (await state.ListAsync("a/", "a/1", 10, Token)).Select(e => e.Key));
        Assert.Equal(["a/1"], (await state.ListAsync("a/", "", 1, Token)).Select(e => e.Key));
        Assert.Equal(6, (await state.ListAsync("", "", 1000, Token)).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_blob_comes_back_as_it_went_and_is_found_by_its_digest(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, "state", "answers", "blobs");
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        var digest = new Digest(DigestAlgorithm.Sha256, SHA256.HashData(bytes));
        var blob = await harness.Node.Blobs.PutAsync(Pieces(bytes), [digest], Token);
        Assert.Equal(bytes.Length, blob.Length);
        Assert.Equal(digest, blob.Sha256);
        Assert.Equal(blob, await harness.Node.Blobs.FindAsync(digest, Token));
        Assert.Equal(bytes, await harness.ReadAsync(new Content.OfBlob(blob.Id, 0, -1), Token));
        Assert.Equal(bytes[1000..201_000], await harness.ReadAsync(new Content.OfBlob(blob.Id, 1000, 200_000), Token));

        var e = await Assert.ThrowsAsync<DigestMismatchException>(
            async () => await harness.Node.Blobs.PutAsync(Pieces([1, 2, 3]), [digest], Token));
        Assert.Equal(digest, e.Expected);
        await Assert.ThrowsAsync<KeyNotFoundException>(
            async () => await harness.ReadAsync(new Content.OfBlob(default, 0, -1), Token));
        Assert.Null(await harness.Node.Blobs.FindAsync(default(BlobId), Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_not_granted_throws_when_it_is_taken(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, "state", "answers");
        Assert.Equal("blobs", Assert.Throws<GrantMissingException>(() => harness.Node.Blobs).Grant);
        Assert.Equal("fetch:*", Assert.Throws<GrantMissingException>(() => harness.Node.Fetch).Grant);
        var e = await Assert.ThrowsAsync<GrantMissingException>(
            async () => await harness.Node.Commands.RunAsync("echo hi", Token));
        Assert.Equal("run:echo hi", e.Grant);
        Assert.True(harness.Node.IsGranted("state"));
        Assert.False(harness.Node.IsGranted("fetch:private"));
        Assert.Equal("hello", harness.Node.Info.PluginId);
        Assert.Equal("""{"tone":"calm"}""", harness.Node.Info.Settings);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_refused_fetch_says_so(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, "state", "answers", "fetch:*");
        var e = await Assert.ThrowsAsync<FetchException>(async () => await harness.Node.Fetch.FetchAsync(
            new FetchRequest(new Uri("http://127.0.0.1:9/")), Token));
        Assert.Equal(FetchFailure.Refused, e.Failure);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_granted_command_runs_as_it_is_written(LoopbackKind loopback)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the program echo");
        await using var harness =
            await StartAsync(loopback, "state", "answers", "run:echo a $HOME", "run:no-such-program");
        Assert.Equal(new CommandResult(0, "a $HOME\n"), await harness.Node.Commands.RunAsync("echo a $HOME", Token));
        Assert.Equal(-1, (await harness.Node.Commands.RunAsync("no-such-program", Token)).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_answer_is_published_and_its_traffic_is_told(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback, "state", "answers");
        await harness.Node.Answers.PublishAsync(
            [new PublishedAnswer("/hello/x", new Content.Inline("x"u8.ToArray())) { Etag = "1" }], Token);
        harness.Kernel.Answers.RecordHit("hello", "/hello/x", 200, 1);
        var traffic = await harness.Node.Answers.ReadTrafficAsync(0, Token);
        Assert.Equal((1, 1), (traffic.TotalHits, traffic.TotalBytes));
        Assert.Equal(("/hello/x", 200), (traffic.Hits[0].Path, traffic.Hits[0].Status));
        Assert.Empty((await harness.Node.Answers.ReadTrafficAsync(1, Token)).Hits);
        await harness.Node.Answers.WithdrawAsync("/hello/x", Token);
        Assert.Null(await harness.Kernel.Answers.FindAsync("/hello/x", Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await harness.Node.Answers.PublishAsync(
            [new PublishedAnswer("/other/x", new Content.Inline("x"u8.ToArray()))], Token));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes)
    {
        await Task.CompletedTask;
        for (var at = 0; at < bytes.Length; at += 70_000)
            yield return bytes.AsMemory(at, Math.Min(70_000, bytes.Length - at));
    }

    private static Task<PluginHarness> StartAsync(LoopbackKind loopback, params string[] grants) =>
        PluginHarness.StartAsync<HelloPlugin>(
            new PluginHarnessOptions { Loopback = loopback, Grants = grants, Settings = """{"tone":"calm"}""" }, Token);
}
