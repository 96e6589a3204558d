using System.Net;
using Grpc.Core;
using Samtala.Gateway.Tests.Harness;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Node.V1;

namespace Samtala.Gateway.Tests;

public sealed class ApiTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_rpc_is_for_those_who_hold_its_scope()
    {
        var service = new CountingNodeService();
        await using var door = await StartAsync(service);
        using var channel = SamtalaChannel.ForAddress(door.Gateway.Addresses.Grpc);
        var client = new NodeService.NodeServiceClient(channel);

        async Task<StatusCode> CallAsync(string token)
        {
            var headers = new Metadata();
            if (token.Length > 0)
                headers.Add("authorization", $"Bearer {token}");
            try
            {
                await client.GetStatusAsync(new GetStatusRequest(), headers, cancellationToken: Cancelled);
                return StatusCode.OK;
            }
            catch (RpcException e)
            {
                return e.StatusCode;
            }
        }

        Assert.Equal(StatusCode.Unauthenticated, await CallAsync(""));
        Assert.Equal(StatusCode.Unauthenticated, await CallAsync("wrong"));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(FakeNode.PublishToken));
        Assert.Equal(0, service.Calls);
        Assert.Equal(StatusCode.OK, await CallAsync(FakeNode.ReaderToken));
        Assert.Equal("t2", service.Principal);
    }

    [Fact]
    public async Task The_socket_carries_grpc_and_rest_and_writes_are_recorded()
    {
        var service = new CountingNodeService();
        await using var door = await StartAsync(service);
        using var channel = SamtalaChannel.ForAddress($"unix:{door.Gateway.Addresses.Socket}");
        var client = new NodeService.NodeServiceClient(channel);
        using var rest = door.Socket(HttpVersion.Version20);

        await client.GetStatusAsync(new GetStatusRequest(), cancellationToken: Cancelled);
        await client.ShutdownAsync(new ShutdownRequest(), cancellationToken: Cancelled);
        Assert.Contains("1.0.0", await rest.GetStringAsync("/v1/status", Cancelled), StringComparison.Ordinal);
        using var json = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await rest.PostAsync("/v1/node:shutdown", json, Cancelled);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(4, service.Calls);
        Assert.Equal(["samtala.node.v1.NodeService/Shutdown", "POST /v1/node:shutdown"],
            door.Node.Records.Select(record => record.Action));
    }

    [Fact]
    public async Task Refusals_are_problems_with_a_code_and_a_remedy()
    {
        await using var door = await StartAsync(new CountingNodeService());
        using var client = door.Http();

        using var answer = await client.GetAsync("/v1/status", Cancelled);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("SAM0503", text, StringComparison.Ordinal);
        Assert.Contains("node:read", text, StringComparison.Ordinal);
        Assert.True(answer.Headers.Contains("Content-Security-Policy"));
    }

    [Fact]
    public async Task Health_is_open_and_figures_are_not()
    {
        await using var door = await StartAsync(new CountingNodeService());
        using var client = door.Http();

        Assert.Contains("OK", await client.GetStringAsync("/healthz", Cancelled), StringComparison.Ordinal);
        door.Node.NotReady = "The store is opening.";
        using var notReady = await client.GetAsync("/readyz", Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
        using var refused = await client.GetAsync("/metrics", Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", FakeNode.ReaderToken);
        var figures = await client.GetStringAsync("/metrics", Cancelled);
        Assert.Contains("samtala_gateway_requests_total{listener=\"http\"}", figures, StringComparison.Ordinal);
        Assert.Contains("samtala_node_up 1", figures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_HTTP_2_too_no_hostile_call_reaches_a_service()
    {
        var service = new CountingNodeService();
        await using var door = await StartAsync(service);
        using var client = new HttpClient { BaseAddress = new Uri(door.Gateway.Addresses.Grpc) };
        var own = $"127.0.0.1:{door.GrpcPort}";
        (string Header, string Value)[] marks =
        [
            ("Host", "evil.example"), ("Host", $"evil.example:{door.GrpcPort}"), ("Host", "127.0.0.1:1"),
            ("Host", $"127.0.0.1.evil.example:{door.GrpcPort}"), ("Host", $"localhost.:{door.GrpcPort}"),
            ("Host", $"127.0.0.1:{door.HttpPort}"), ("Origin", "https://evil.example"), ("Origin", "null"),
            ("Origin", $"http://127.0.0.1:{door.HttpPort}"), ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"), ("Sec-WebSocket-Version", "13"),
        ];
        string[] targets =
        [
            "GET /v1/status", "POST /v1/node:shutdown", "POST /samtala.node.v1.NodeService/GetStatus",
            "POST /samtala.node.v1.NodeService/Shutdown", "GET /registry/x",
        ];
        var sent = 0;
        foreach (var mark in marks.Append(("Authorization", "Bearer wrong")).Append(("Cookie", FakeNode.OwnerToken)))
        {
            foreach (var target in targets.Where(target => mark.Item1 is not "Cookie" || !target.EndsWith('x')))
            {
                using var request = Http2(target, own, mark);
                using var answer = await client.SendAsync(request, Cancelled);
                var refused = (int)answer.StatusCode >= 400 || answer.Headers.Contains("grpc-status");
                Assert.True(refused, $"{target} with {mark} was answered {answer.StatusCode}.");
                sent++;
            }
        }

        Assert.Equal(0, service.Calls + door.Node.Handled);
        Assert.True(sent >= 60, $"Only {sent} calls.");
        using var honest = Http2(targets[0], own, ("Authorization", $"Bearer {FakeNode.OwnerToken}"));
        using var served = await client.SendAsync(honest, Cancelled);
        Assert.Equal(1, service.Calls);
    }

    private static HttpRequestMessage Http2(string target, string own, (string Header, string Value) mark)
    {
        var parts = target.Split(' ');
        var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1])
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = own;
        if (mark.Header is not ("Authorization" or "Cookie"))
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {FakeNode.OwnerToken}");
        if (mark.Header is "Host")
            request.Headers.Host = mark.Value;
        else
            request.Headers.TryAddWithoutValidation(mark.Header, mark.Value);
        if (parts[0] is "POST")
        {
            request.Content = new ByteArrayContent(parts[1][1] == 'v' ? "{}"u8.ToArray() : new byte[5]);
            request.Content.Headers.ContentType = new(parts[1][1] == 'v' ? "application/json" : "application/grpc");
        }

        return request;
    }

    private static Task<OpenDoor> StartAsync(CountingNodeService service)
    {
        var registry = new ServiceRegistry();
        registry.Add("node", service);
        return OpenDoor.StartAsync(registry: registry);
    }
}
