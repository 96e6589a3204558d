using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Samtala.Grpc.Client;
using Samtala.Test.V1;

namespace Samtala.Interop.Tests.Grpc;

/// <summary>Requests that no good client sends, byte by byte.</summary>
public sealed class WireTests(EchoHost host) : IClassFixture<EchoHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "application/grpc", 2, 405)]
    [InlineData("POST", "application/grpc", 1, 426)]
    [InlineData("POST", "application/grpc-web", 2, 415)]
    [InlineData("POST", "application/grpc+json", 2, 415)]
    public async Task What_is_no_gRPC_is_told_so(string verb, string contentType, int version, int expected)
    {
        using var response = await SendAsync(verb, contentType, version, Frame(new EchoRequest()));
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Unimplemented)]
    [InlineData(new byte[] { 9, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { }, StatusCode.Internal)]
    public async Task A_hostile_body_gets_a_status(byte[] body, StatusCode expected)
    {
        using var response = await SendAsync("POST", "application/grpc", 2, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var code = ((int)expected).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(code, await StatusOfAsync(response));
    }

    [Theory]
    [InlineData("grpc-timeout", "soon", "13")]
    [InlineData("grpc-encoding", "gzip", "12")]
    [InlineData(EchoHost.RefuseHeader, "1", "7")]
    [InlineData("grpc-encoding", "identity", "0")]
    public async Task A_header_decides_before_the_handler(string name, string value, string expected)
    {
        using var response = await SendAsync(
            "POST", "application/grpc", 2, Frame(new EchoRequest()), request => request.Headers.Add(name, value));
        Assert.Equal(expected, await StatusOfAsync(response));
    }

    [Fact]
    public async Task A_flood_of_refused_calls_leaves_the_connection_in_order()
    {
        using var channel = SamtalaChannel.ForAddress(host.Http2);
        var client = new Echo.EchoClient(channel);
        var headers = new Metadata { { EchoHost.RefuseHeader, "1" } };
        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                var request = new EchoRequest { Data = ByteString.CopyFrom(new byte[1000]) };
                var error = await Assert.ThrowsAsync<RpcException>(
                    async () => await client.SayAsync(request, headers, cancellationToken: Stop));
                Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
            }));
        }

        Assert.Equal("x", (await client.SayAsync(new EchoRequest { Text = "x" }, cancellationToken: Stop)).Text);
    }

    private static byte[] Frame(IMessage message)
    {
        var payload = message.ToByteArray();
        return [0, 0, 0, 0, (byte)payload.Length, .. payload];
    }

    private static async Task<string> StatusOfAsync(HttpResponseMessage response)
    {
        await response.Content.ReadAsByteArrayAsync(Stop);
        return (response.Headers.TryGetValues("grpc-status", out var values) ||
            response.TrailingHeaders.TryGetValues("grpc-status", out values))
            ? values.Single()
            : "none";
    }

    private async Task<HttpResponseMessage> SendAsync(
        string verb, string contentType, int version, byte[] body, Action<HttpRequestMessage>? change = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            new HttpMethod(verb), new Uri((version == 2 ? host.Http2 : host.Http1) + "/samtala.test.v1.Echo/Say"))
        {
            Version = new Version(version, version == 2 ? 0 : 1),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        change?.Invoke(request);
        return await http.SendAsync(request, Stop);
    }
}
