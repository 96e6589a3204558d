using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

public sealed class BlobTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_go_up_and_come_down_by_id_and_by_digest()
    {
        await using var door = await OpenDoor.StartAsync();
        using var client = door.Http();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", FakeNode.OwnerToken);
        var bytes = new byte[6_000_000];
        new Random(1).NextBytes(bytes);

        using var created = await client.PostAsync("/v1/blobs", new ByteArrayContent(bytes), Cancelled);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var json = JsonDocument.Parse(await created.Content.ReadAsStringAsync(Cancelled));
        var name = json.RootElement.GetProperty("name").GetString();
        var digest = json.RootElement.GetProperty("sha256").GetString();
        Assert.Equal("6000000", json.RootElement.GetProperty("size").GetString());

        Assert.Equal(bytes, await client.GetByteArrayAsync($"/v1/{name}", Cancelled));
        using var answer = await client.GetAsync($"/v1/blobs/sha256:{digest}", Cancelled);
        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync(Cancelled));
        Assert.Contains("immutable", answer.Headers.CacheControl?.ToString(), StringComparison.Ordinal);

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/{name}");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unmodified = await client.SendAsync(again, Cancelled);
        Assert.Equal(HttpStatusCode.NotModified, unmodified.StatusCode);
        Assert.Equal(["POST /v1/blobs"], door.Node.Records.Select(record => record.Action));
    }

    [Fact]
    public async Task Other_bytes_than_announced_are_refused()
    {
        await using var door = await OpenDoor.StartAsync();
        using var client = door.Socket(HttpVersion.Version20);
        var right = Convert.ToHexStringLower(SHA256.HashData("right"u8));

        var path = $"/v1/blobs/sha256:{right}";
        using var refused = await client.PutAsync(path, new StringContentOfBytes("wrong"), Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(0, door.Node.Blobs.Created);

        using var taken = await client.PutAsync(path, new StringContentOfBytes("right"), Cancelled);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        using var odd = await client.PutAsync("/v1/blobs/sha256:12", new StringContentOfBytes("right"), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
        foreach (var name in new[] { "nothing", "sha256:12" })
        {
            using var asked = await client.GetAsync($"/v1/blobs/{name}", Cancelled);
            Assert.Equal(HttpStatusCode.BadRequest, asked.StatusCode);
            Assert.Contains("SAM0516", await asked.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_link_reads_its_one_resource_without_a_token()
    {
        await using var door = await OpenDoor.StartAsync();
        var info = door.Node.Blobs.Add([1, 2, 3]);
        door.Node.Links["ticket"] = new LinkTarget($"/v1/blobs/{info.Id}", new Caller("link", ["blobs:read"]));
        door.Node.Links["plugin"] = new LinkTarget("/registry/private?x=1", new Caller("link", ["registry:read"]));
        using var client = door.Http();

        Assert.Equal([1, 2, 3], await client.GetByteArrayAsync("/l/ticket", Cancelled));
        Assert.Equal("handled", await client.GetStringAsync("/l/plugin", Cancelled));
        var request = Assert.Single(door.Node.Requests);
        Assert.Equal(("/registry/private", "x=1", "link"), (request.Path, request.Query, request.Principal));
        using var posted = await client.PostAsync("/l/ticket", null, Cancelled);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        using var unknown = await client.GetAsync("/l/other", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private sealed class StringContentOfBytes : ByteArrayContent
    {
        public StringContentOfBytes(string text)
            : base(System.Text.Encoding.UTF8.GetBytes(text))
        {
        }
    }
}
