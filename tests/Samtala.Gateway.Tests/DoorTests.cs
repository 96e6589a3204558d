using System.Net;
using System.Runtime.Versioning;
using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

public sealed class DoorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_socket_serves_both_protocols_and_trusts_its_own_user(string version)
    {
        await using var door = await OpenDoor.StartAsync();
        using var client = door.Socket(Version.Parse(version));

        using var answer = await client.PutAsync("/registry/thing", new ByteArrayContent([1, 2, 3]), Cancelled);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Version.Parse(version), answer.Version);
        var request = Assert.Single(door.Node.Requests);
        Assert.StartsWith("socket:", request.Principal, StringComparison.Ordinal);
        Assert.Equal(["*"], request.Scopes);
        Assert.Equal($"http://{door.Authority}", request.BaseUri);
        var record = Assert.Single(door.Node.Records);
        Assert.Equal("PUT /registry/thing", record.Action);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_open_the_socket_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await using var door = await OpenDoor.StartAsync(options => options with
        {
            SocketPath = Path.Combine(Path.GetDirectoryName(options.SocketPath)!, "new", "s"),
        });

        var path = door.Gateway.Addresses.Socket;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task A_read_of_a_plugin_needs_no_token_on_loopback_and_a_write_does()
    {
        await using var door = await OpenDoor.StartAsync();
        using var client = door.Http();

        Assert.Equal("handled", await client.GetStringAsync("/registry/npm/ms", Cancelled));
        using var refused = await client.PutAsync("/registry/npm/ms", new StringContent("{}"), Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal(1, door.Node.Handled);

        client.DefaultRequestHeaders.Authorization = new("Bearer", FakeNode.PublishToken);
        using var taken = await client.PutAsync("/registry/npm/ms", new StringContent("{}"), Cancelled);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(["registry:publish"], door.Node.Requests.Last().Scopes);
    }
}
