using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Samtala.Interop.Tests.Grpc;

/// <summary>grpc-js, Debian's grpcio, buf and curl against our server.</summary>
public sealed class ForeignClientTests(EchoHost host) : IClassFixture<EchoHost>
{
    [Fact]
    public async Task Grpc_js_over_TCP_gets_what_it_expects()
    {
        await RequireNodePackagesAsync();
        await Tool.RunAsync("node", "client.mjs", Authority, Tool.Proto, Tool.EchoProto);
    }

    [Fact]
    public async Task Grpc_js_over_a_Unix_socket_gets_what_it_expects()
    {
        await RequireNodePackagesAsync();
        await Tool.RunAsync("node", "client.mjs", "unix:" + host.SocketPath, Tool.Proto, Tool.EchoProto);
    }

    [Fact]
    public async Task Python_grpcio_gets_what_it_expects()
    {
        await Tool.RequireAsync("/usr/bin/python3", "-c", "import grpc, google.protobuf");
        await Tool.RunAsync(
            "/usr/bin/python3", Path.Combine(Tool.Python, "client.py"), Authority, host.WriteDescriptorSet());
    }

    [Theory]
    [InlineData("grpc-v1")]
    [InlineData("grpc-v1alpha")]
    public async Task Buf_curl_learns_the_services_by_reflection_and_calls_them(string reflection)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "buf is installed on Linux only.");
        await RequireNodePackagesAsync();
        var services = await BufAsync(reflection, "--list-services", host.Http2);
        Assert.Contains("samtala.test.v1.Echo", services, StringComparison.Ordinal);
        Assert.Contains("grpc.health.v1.Health", services, StringComparison.Ordinal);
        var said = await BufAsync(reflection, "-d", """{"text":"hi"}""", $"{host.Http2}/samtala.test.v1.Echo/Say");
        Assert.Equal("hi", (string?)JsonNode.Parse(said)!["text"]);
        var health = await BufAsync(reflection, $"{host.Http2}/grpc.health.v1.Health/Check");
        Assert.Equal("SERVING", (string?)JsonNode.Parse(health)!["status"]);
    }

    [Fact]
    public async Task Curl_speaks_REST_over_both_versions_of_HTTP()
    {
        await Tool.RequireAsync("curl", "--version");
        string[][] versions = [[host.Http1], [host.Http2, "--http2-prior-knowledge"]];
        foreach (var version in versions)
        {
            string[] more = ["-sS", "--max-time", "30", .. version[1..]];
            var said = await Tool.RunAsync(
                "curl", [.. more, "--json", """{"text":"hi"}""", version[0] + "/v1/echo"]);
            Assert.Equal("hi", (string?)JsonNode.Parse(said)!["text"]);
            var head = await Tool.RunAsync("curl", [.. more, "-I", version[0] + "/v1/rooms/a/messages/b"]);
            Assert.Contains(" 200", head, StringComparison.Ordinal);
            Assert.Contains("\"e0\"", head, StringComparison.Ordinal);
            var wrong = await Tool.RunAsync("curl", [.. more, "-d", "a=b", version[0] + "/v1/echo"]);
            Assert.Equal(415, (int?)JsonNode.Parse(wrong)!["status"]);
            var gone = await Tool.RunAsync(
                "curl", [.. more, "--json", """{"code":5,"reason":"GONE"}""", version[0] + "/v1/fail"]);
            Assert.Equal("urn:samtala:error:GONE", (string?)JsonNode.Parse(gone)!["type"]);
        }
    }

    [Fact]
    public async Task Curl_streams_events_and_lines()
    {
        await Tool.RequireAsync("curl", "--version");
        var events = await Tool.RunAsync("curl", "-sSN", host.Http1 + "/v1/echo:watch?count=3&text=x");
        Assert.Contains("id: 2\ndata: {", events, StringComparison.Ordinal);
        var lines = await Tool.RunAsync(
            "curl", "-sSN", "-H", "Accept: application/x-ndjson", host.Http1 + "/v1/echo:watch?count=3");
        Assert.Equal(3, lines.Trim().Split('\n').Length);
        var left = await Tool.TryRunAsync("curl", "-sSN", "--max-time", "2", host.Http1 + "/v1/echo:watch?wait=60s");
        Assert.Equal(28, left.Code);
        Assert.StartsWith(": \n", left.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_is_served_with_an_ETag()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(
            new Uri(host.Http1 + "/openapi.json"), TestContext.Current.CancellationToken);
        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("3.1.0", (string?)document!["openapi"]);
        Assert.Equal("Says it once", (string?)document["paths"]!["/v1/echo"]!["post"]!["summary"]);
        Assert.NotNull(response.Headers.ETag);
    }

    // The package that would choose between these needs every platform's package in the lock file.
    private static string BufPackage =>
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "buf-linux-aarch64" : "buf-linux-x64";

    private static Task RequireNodePackagesAsync() => Tool.RequireNodePackagesAsync(Tool.Js, "@grpc/grpc-js");

    private string Authority => new Uri(host.Http2).Authority;

    private static Task<string> BufAsync(string reflection, params string[] arguments) => Tool.RunAsync(
        Path.Combine(Tool.Js, "node_modules", "@bufbuild", BufPackage, "bin", "buf"),
        ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect-protocol", reflection, .. arguments]);
}
