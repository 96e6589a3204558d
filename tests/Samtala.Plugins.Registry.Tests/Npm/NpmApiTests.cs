using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Npm;

public sealed class NpmApiTests
{
    [Theory]
    [InlineData("GET", "/registry/npm/-/ping", 200)]
    [InlineData("GET", "/registry/npm/-/whoami", 401)]
    [InlineData("GET", "/registry/npm/-/v1/search?text=x", 501)]
    [InlineData("POST", "/registry/npm/-/npm/v1/security/advisories/bulk", 200)]
    [InlineData("POST", "/registry/npm/-/npm/v1/security/audits/quick", 200)]
    [InlineData("PUT", "/registry/npm/@me%2fthing", 405)]
    [InlineData("DELETE", "/registry/npm/thing/-rev/1", 405)]
    [InlineData("GET", "/registry/npm/-/npm/v1/tokens", 404)]
    [InlineData("GET", "/registry/cargo/config.json", 400)]
    [InlineData("GET", "/registry/npm", 400)]
    public async Task What_is_not_a_package_is_answered_in_json_without_the_upstream(
        string method, string path, int status)
    {
        await using MirrorWorld world = new();

        var got = await world.AskAsync(MirrorWorld.Request(path) with { Method = method });

        Assert.Equal(status, got.Status);
        Assert.Equal(0, world.Upstream.Count);
        var json = System.Text.Json.Nodes.JsonNode.Parse(got.Body)!;
        if (status >= 400)
            Assert.StartsWith("SAM06", json["code"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
