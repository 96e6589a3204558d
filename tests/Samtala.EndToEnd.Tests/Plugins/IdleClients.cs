using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests.Plugins;

/// <summary>Clients of the hello plugin that never close a connection: what they used once stays open and idle.
/// </summary>
internal sealed class IdleClients : IDisposable
{
    private const string Service = "/samtala.hello.v1.GreetingService/";
    private static readonly byte[] s_ada = [0, 0, 0, 0, 5, 0x0a, 3, .. "Ada"u8];
    private readonly RunningNode _node;
    private readonly HttpClient _rest;
    private readonly HttpClient _grpc;
    private readonly List<IDisposable> _open = [];
    private readonly List<Task> _begun = [];

    public IdleClients(RunningNode node)
    {
        _node = node;
        _rest = Client(node.Http, HttpVersion.Version11);
        _grpc = Client(new Uri(node.Grpc), HttpVersion.Version20);
    }

    /// <summary>Asks everything the plugin has, in every way, several at once.</summary>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.WhenAll(
            ReadAsync("/v1/hello/people", cancellationToken),
            ReadAsync("/hello/", cancellationToken),
            ReadAsync("/hello/count", cancellationToken),
            ReadAsync("/openapi.json", cancellationToken),
            ReadAsync("/ui/hello.js", cancellationToken),
            GreetAsync(cancellationToken),
            CallAsync("Greet", s_ada, cancellationToken),
            CallAsync("ListGreetings", [0, 0, 0, 0, 0], cancellationToken))));
    }

    /// <summary>Opens streams that nobody ends, and requests that never become whole.</summary>
    public async Task LeaveOpenAsync(CancellationToken cancellationToken)
    {
        await OpenAsync("/v1/hello/people:watch", "text/event-stream", cancellationToken);
        await OpenAsync("/v1/hello/people:watch", "application/x-ndjson", cancellationToken);
        await OpenAsync("/v1/plugins/hello/logs?follow=true", "text/event-stream", cancellationToken);
        var half = new TcpClient();
        _open.Add(half);
        await half.ConnectAsync(_node.Http.Host, _node.Http.Port, cancellationToken);
        var text = $"POST /v1/hello/people/Ada:greet HTTP/1.1\r\nHost: {_node.Http.Authority}\r\n"
            + $"Authorization: Bearer {_node.Token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{";
        await half.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
        Begin("WatchGreetings", new ByteArrayContent([0, 0, 0, 0, 0]));
        Begin("Greet", new NeverWhole(s_ada));
    }

    public void Dispose()
    {
        foreach (var open in _open)
            open.Dispose();
        _rest.Dispose();
        _grpc.Dispose();
    }

    private HttpClient Client(Uri address, Version version) => new()
    {
        BaseAddress = address,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _node.Token) },
    };

    private async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _rest.GetAsync(path, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        using var response = await _rest.PostAsJsonAsync(
            "/v1/hello/people/Ada:greet", new { manner = "FORMAL" }, cancellationToken);
        var greeting = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        Assert.Equal("Good day, Ada!", greeting.GetProperty("text").GetString());
    }

    private async Task CallAsync(string method, byte[] frame, CancellationToken cancellationToken)
    {
        using var request = Request(method, new ByteArrayContent(frame));
        using var response = await _grpc.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    private async Task OpenAsync(string path, string type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(type);
        var response = await _rest.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        _open.Add(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private void Begin(string method, HttpContent content)
    {
        var request = Request(method, content);
        _open.Add(request);
        _begun.Add(_grpc.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    private static HttpRequestMessage Request(string method, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, Service + method)
        {
            Content = content,
            Headers = { { "TE", "trailers" } },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Sends some bytes and then nothing, not even the end.</summary>
    private sealed class NeverWhole(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            _end.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
