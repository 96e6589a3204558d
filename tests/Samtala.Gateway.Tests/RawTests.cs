using System.Net;
using Samtala.Abstractions;
using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

public sealed class RawTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plugin_sees_the_request_as_it_came_and_no_secret()
    {
        await using var door = await OpenDoor.StartAsync();
        using var client = door.Http();
        client.DefaultRequestHeaders.Authorization = new("Bearer", FakeNode.PublishToken);
        client.DefaultRequestHeaders.Add("Cookie", "a=b");
        client.DefaultRequestHeaders.Add("X-Thing", "1");

        using var answer = await client.PutAsync(
            "/registry/npm/@a%2fb?x=%20y", new ByteArrayContent([1, 2, 3]), Cancelled);

        var request = Assert.Single(door.Node.Requests);
        Assert.Equal(("PUT", "/registry/npm/@a%2fb", "x=%20y"), (request.Method, request.Path, request.Query));
        Assert.Equal([1, 2, 3], request.Body.ToArray());
        Assert.Equal(door.Gateway.Addresses.Http, request.BaseUri);
        Assert.Contains(new Header("X-Thing", "1"), request.Headers);
        Assert.DoesNotContain(request.Headers, header => header.Name is "Authorization" or "Cookie");
    }

    [Fact]
    public async Task A_plugin_may_stream_and_may_not_set_what_is_the_doors()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.OnRequest = (_, _) => ValueTask.FromResult(new RawReply(
            201, [new("Set-Cookie", "a=b"), new("X-Ok", "1"), new("Access-Control-Allow-Origin", "*")],
            new Content.Streamed(ChunksAsync())));
        using var client = door.Http();

        using var answer = await client.GetAsync("/registry/stream", Cancelled);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("one two", await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("1", answer.Headers.GetValues("X-Ok").Single());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_stopped_plugin_is_named_so_and_an_unknown_one_is_not_there()
    {
        await using var door = await OpenDoor.StartAsync();
        door.Node.IsPluginRunning = false;
        using var client = door.Http();

        using var stopped = await client.GetAsync("/registry/x", Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, stopped.StatusCode);
        using var unknown = await client.GetAsync("/nobody/x", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_failing_plugin_is_an_error_and_the_next_request_is_served()
    {
        await using var door = await OpenDoor.StartAsync();
        var handled = door.Node.OnRequest;
        door.Node.OnRequest = (_, _) => throw new InvalidOperationException("broken");
        using var client = door.Http();

        using var failed = await client.GetAsync("/registry/x", Cancelled);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.DoesNotContain("broken", await failed.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        door.Node.OnRequest = handled;
        Assert.Equal("handled", await client.GetStringAsync("/registry/x", Cancelled));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync()
    {
        yield return "one "u8.ToArray();
        await Task.Yield();
        yield return "two"u8.ToArray();
    }
}
