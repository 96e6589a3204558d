using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests.Logs;

/// <summary>Logs as a program in any language meets them: over REST, on one node and on two.</summary>
public sealed class LogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_read_proven_verified_and_survives_SIGKILL()
    {
        var data = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            string key;
            await using (var node = await RunningNode.StartAsync(data))
            {
                key = (await PostAsync(node, "/v1/logs", new { label = "notes" })).GetProperty("key").GetString()!;
                var appended = await AppendAsync(node, "notes", "milk", "bread");
                Assert.Equal(0, Number(appended, "firstIndex"));
                Assert.Equal(2, Number(appended, "length"));
                await node.KillAsync();
            }

            await using var again = await RunningNode.StartAsync(data);
            var log = await GetAsync(again, "/v1/logs/notes");
            Assert.Equal(key, log.GetProperty("key").GetString());
            Assert.Equal(2, Number(log, "length"));
            Assert.Equal("bread", TextOf(await GetAsync(again, $"/v1/logs/{key}/entries/1")));
            await AppendAsync(again, "notes", "tea");
            var page = await GetAsync(again, "/v1/logs/notes/entries?pageSize=2");
            Assert.Equal(2, page.GetProperty("entries").GetArrayLength());
            var rest = await GetAsync(
                again, $"/v1/logs/notes/entries?pageToken={page.GetProperty("nextPageToken").GetString()}");
            Assert.Equal("tea", TextOf(rest.GetProperty("entries")[0]));
            var proof = await GetAsync(again, "/v1/logs/notes:proof?index=1");
            Assert.Equal(3, Number(proof.GetProperty("head"), "length"));
            Assert.NotEmpty(proof.GetProperty("encoded").GetString()!);
            var verified = (await LinesAsync(again, HttpMethod.Post, "/v1/logs/notes:verify"))[^1];
            Assert.True(verified.GetProperty("done").GetBoolean());
            Assert.True(verified.GetProperty("signatureValid").GetBoolean());
            Assert.Equal(3, Number(verified, "entries"));
            Assert.Equal("milkbreadtea".Length, Number(verified, "bytes"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_shared_log_is_followed_from_another_node_and_one_that_is_not_shared_stays_at_home()
    {
        await using var a = await RunningNode.StartAsync();
        await using var b = await RunningNode.StartAsync();
        var key = (await PostAsync(a, "/v1/logs", new { label = "open", shared = true })).GetProperty("key")
            .GetString()!;
        var secret = (await PostAsync(a, "/v1/logs", new { label = "private" })).GetProperty("key").GetString()!;
        await AppendAsync(a, "open", "one", "two");
        await AppendAsync(a, "private", "nobody");

        await PostAsync(b, "/v1/logs:follow", new { key, peers = new[] { a.Listen }, label = "theirs" });
        Assert.Equal("two", TextOf(await GetAsync(b, "/v1/logs/theirs/entries/1")));
        await AppendAsync(a, "open", "three");
        Assert.Equal("three", TextOf(await EventuallyAsync(b, "/v1/logs/theirs/entries/2?waitSeconds=20")));
        JsonElement here;
        do
        {
            // What was read may still be on its way to the disk; only what is there is shown.
            here = await GetAsync(b, "/v1/logs/theirs:availability?cells=3");
        }
        while (here.GetProperty("here").GetBytesFromBase64() is not [0, 255, 255]);
        Assert.Equal([255, 255, 255], here.GetProperty("peers")[0].GetProperty("has").GetBytesFromBase64());

        await PostAsync(b, "/v1/logs:follow", new { key = secret, peers = new[] { a.Listen } });
        using var refused = await b.Client.GetAsync($"/v1/logs/{secret}/entries/0?waitSeconds=2", Cancel);
        Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.NotFound });
        Assert.Equal(0, Number((await GetAsync(b, $"/v1/logs/{secret}")), "length"));
    }

    [Fact]
    public async Task An_encrypted_log_is_read_by_who_has_its_key_and_carried_by_who_has_not()
    {
        await using var a = await RunningNode.StartAsync();
        var log = await PostAsync(a, "/v1/logs", new { label = "diary", encrypted = true });
        await AppendAsync(a, "diary", "dear diary");
        Assert.Equal("dear diary", TextOf(await GetAsync(a, "/v1/logs/diary/entries/0")));
        var proof = await GetAsync(a, "/v1/logs/diary:proof?index=0");
        Assert.DoesNotContain(
            "dear", System.Text.Encoding.Latin1.GetString(proof.GetProperty("data").GetBytesFromBase64()),
            StringComparison.Ordinal);
        Assert.True(log.GetProperty("encrypted").GetBoolean());

        await using var b = await RunningNode.StartAsync();
        await using var c = await RunningNode.StartAsync();
        await PostAsync(a, "/v1/logs/diary:share", new { });
        var key = log.GetProperty("key").GetString();
        var secret = await GetAsync(a, "/v1/logs/diary:encryptionKey");
        var encryptionKey = secret.GetProperty("encryptionKey").GetString();
        await PostAsync(b, "/v1/logs:follow", new { key, peers = new[] { a.Listen }, encryptionKey });
        Assert.Equal("dear diary", TextOf(await GetAsync(b, $"/v1/logs/{key}/entries/0")));
        await PostAsync(c, "/v1/logs:follow", new { key, peers = new[] { a.Listen } });
        Assert.DoesNotContain("dear", TextOf(await GetAsync(c, $"/v1/logs/{key}/entries/0")), StringComparison.Ordinal);
        using var refused = await b.Client.GetAsync($"/v1/logs/{key}:encryptionKey", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_watcher_is_told_and_mistakes_are_explained()
    {
        await using var node = await RunningNode.StartAsync();
        await PostAsync(node, "/v1/logs", new { label = "l" });
        using var twice = await node.Client.PostAsJsonAsync("/v1/logs", new { label = "l" }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        using var unknown = await node.Client.GetAsync("/v1/logs/nothing", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var beyond = await node.Client.GetAsync("/v1/logs/l/entries/0", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, beyond.StatusCode);

        using var before = await node.Client.GetAsync("/v1/logs/l:watch?afterLength=-1", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, before.StatusCode);

        // The stream may open a moment before the node listens: what comes in between is told because of the length.
        using HttpRequestMessage watch = new(HttpMethod.Get, "/v1/logs/l:watch?afterLength=0");
        watch.Headers.Accept.ParseAdd("application/x-ndjson");
        using var stream = await node.Client.SendAsync(watch, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using StreamReader lines = new(await stream.Content.ReadAsStreamAsync(Cancel));
        await AppendAsync(node, "l", "a", "b", "c");
        Assert.Equal("APPENDED", KindOf(await NextAsync(lines)));
        await PostAsync(node, "/v1/logs/l:clear", new { start = 0, end = 1 });
        var cleared = await NextAsync(lines);
        while (KindOf(cleared) == "APPENDED")
            cleared = await NextAsync(lines);
        Assert.Equal("CLEARED", KindOf(cleared));
        var cut = await PostAsync(node, "/v1/logs/l:truncate", new { length = 2 });
        Assert.Equal(1, Number(cut, "fork"));
        var truncated = await NextAsync(lines);
        Assert.Equal("TRUNCATED", KindOf(truncated));
        Assert.Equal(2, Number(truncated, "length"));
    }

    [Fact]
    public async Task The_command_line_makes_fills_reads_and_checks_a_log()
    {
        await using var node = await RunningNode.StartAsync();
        var made = await RunAsync(node, "create", "notes", "--shared");
        Assert.Contains("notes", made.Output, StringComparison.Ordinal);
        await RunAsync(node, "append", "notes", "buy milk", "and bread");
        Assert.Equal("and bread", (await RunAsync(node, "get", "notes", "1")).Output);
        Assert.Equal("buy milk\nand bread\n", (await RunAsync(node, "read", "notes")).Output);
        var head = JsonDocument.Parse((await RunAsync(node, "head", "notes", "--output", "json")).Output).RootElement;
        Assert.Equal(2, Number(head, "length"));
        Assert.Contains("notes", (await RunAsync(node, "list")).Output, StringComparison.Ordinal);
        await RunAsync(node, "verify", "notes");
        var doctor = await Command.RunAsync(Checkout.Node, ["doctor", "--data", node.Data]);
        Assert.Contains("kept or followed", doctor.Output, StringComparison.Ordinal);
        await RunAsync(node, "delete", "notes");
        Assert.DoesNotContain("notes", (await RunAsync(node, "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_appends_the_bytes_of_a_file_and_says_what_is_too_long()
    {
        await using var node = await RunningNode.StartAsync();
        await RunAsync(node, "create", "notes");
        var file = Path.Combine(node.Data, "words");
        await File.WriteAllTextAsync(file, "one two\n# three\n", Cancel);
        await RunAsync(node, "append", "notes", $"@{file}");
        Assert.Equal("one two\n# three\n", (await RunAsync(node, "get", "notes", "0")).Output);
        Assert.Equal("INDEX\n0\n", (await RunAsync(node, "entries", "notes")).Output);
        await File.WriteAllBytesAsync(file, [.. Enumerable.Repeat((byte)0xfb, 3 * 1000 * 1000)], Cancel);
        await RunAsync(node, "append", "notes", $"@{file}");
        await File.WriteAllBytesAsync(file, new byte[16 * 1024 * 1024], Cancel);
        var refused = await Command.RunAsync(
            Checkout.Node, ["log", "append", "notes", $"@{file}", "--data", node.Data]);
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("error[SAM0511]: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("/v1/blobs", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_from_a_negative_length_is_a_mistake_and_no_defect()
    {
        await using var node = await RunningNode.StartAsync();
        await PostAsync(node, "/v1/logs", new { label = "l" });
        using var refused = await node.Client.GetAsync("/v1/logs/l:watch?afterLength=-1", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("SAM0724", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async Task<Command> RunAsync(RunningNode node, params string[] arguments)
    {
        var done = await Command.RunAsync(Checkout.Node, ["log", .. arguments, "--data", node.Data]);
        Assert.True(done.ExitCode == 0, done.Error);
        return done;
    }

    private static Task<JsonElement> AppendAsync(RunningNode node, string log, params string[] entries) => PostAsync(
        node, $"/v1/logs/{log}:append",
        new { entries = entries.Select(e => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(e))) });

    private static async Task<JsonElement> PostAsync(RunningNode node, string path, object body)
    {
        using var response = await node.Client.PostAsJsonAsync(path, body, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static Task<JsonElement> GetAsync(RunningNode node, string path) =>
        node.Client.GetFromJsonAsync<JsonElement>(path, Cancel);

    /// <summary>An entry may be asked for before its node has heard that it exists.</summary>
    private static async Task<JsonElement> EventuallyAsync(RunningNode node, string path)
    {
        while (true)
        {
            using var response = await node.Client.GetAsync(path, Cancel);
            if (response.StatusCode != HttpStatusCode.NotFound)
                return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
    }

    private static async Task<List<JsonElement>> LinesAsync(RunningNode node, HttpMethod method, string path)
    {
        using HttpRequestMessage request = new(method, path) { Content = JsonContent.Create(new { }) };
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        using var response = await node.Client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement),
        ];
    }

    private static async Task<JsonElement> NextAsync(StreamReader lines)
    {
        string? line;
        do
        {
            line = await lines.ReadLineAsync(Cancel);
        }
        while (line is not null && !line.StartsWith('{'));
        return JsonDocument.Parse(line!).RootElement;
    }

    private static string KindOf(JsonElement change) => change.GetProperty("kind").GetString()!;

    // A number that is 0 is left out of proto JSON.
    private static long Number(JsonElement of, string name) => of.TryGetProperty(name, out var value)
        ? long.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture)
        : 0;

    private static string TextOf(JsonElement entry) =>
        System.Text.Encoding.UTF8.GetString(entry.GetProperty("data").GetBytesFromBase64());
}
