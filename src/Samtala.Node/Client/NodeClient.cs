using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Samtala.Node.Errors;

namespace Samtala.Node.Client;

/// <summary>REST over the Unix socket or HTTP. Every failure is a <see cref="CliException"/>.</summary>
internal sealed class NodeClient : IDisposable
{
    private const string NdJson = "application/x-ndjson";
    private const int LongBody = 1024 * 1024;

    // Base64 has '+', which is escaped by six characters unless told otherwise.
    private static readonly JsonSerializerOptions s_json =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly HttpClient _http;

    /// <summary>Connects at the first call.</summary>
    public NodeClient(NodeTarget target)
    {
        Target = target;
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        if (target.Socket.Length > 0)
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(target.Socket, cancellationToken);
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri(target.Socket.Length > 0 ? "http://localhost" : target.Http),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (target.Token.Length > 0)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", target.Token);
    }

    /// <summary>Where the node is.</summary>
    public NodeTarget Target { get; }

    /// <summary>One request, one JSON answer.</summary>
    /// <returns>An object; empty when the answer has no body.</returns>
    public async Task<JsonObject> CallAsync(
        HttpMethod method, string uri, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = Request(method, uri, body);
        using var response = await SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return text.Length == 0 ? [] : JsonNode.Parse(text)?.AsObject() ?? [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CliException(
                "SAM0106", "the answer is not JSON", $"{Target.Shown}{uri}", "something else may listen there",
                "check --node", e);
        }
    }

    /// <summary>One request, many JSON answers as they come.</summary>
    public async IAsyncEnumerable<JsonObject> StreamAsync(
        HttpMethod method, string uri, JsonNode? body,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = Request(method, uri, body);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(NdJson));
        using var response = await SendAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using StreamReader reader = new(stream, System.Text.Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
                continue;
            var item = JsonNode.Parse(line)!.AsObject();
            if (item["error"] is JsonObject error && item.Count == 1)
                throw Problems.FromJson(error, 0, $"{Target.Shown}{uri}");
            yield return item;
        }
    }

    /// <summary>Any request; the caller disposes the answer.</summary>
    /// <exception cref="CliException">Nobody answers, or the answer is an error.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            throw Problems.FromAnswer(
                text, (int)response.StatusCode, $"{Target.Shown} {request.RequestUri?.PathAndQuery}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HttpMethod method, string uri, JsonNode? body)
    {
        HttpRequestMessage request = new(method, new Uri(uri, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(
                body.ToJsonString(s_json), System.Text.Encoding.UTF8, "application/json");

            // What is too long is refused before it is sent: else the answer is lost with the connection.
            request.Headers.ExpectContinue = request.Content.Headers.ContentLength > LongBody;
        }

        return request;
    }

    private CliException Unreachable(HttpRequestException e)
    {
        var isAbsent = e.InnerException is SocketException
        {
            SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable
                or SocketError.HostNotFound,
        } || (Target.Socket.Length > 0 && !File.Exists(Target.Socket));
        return isAbsent
            ? new CliException(
                "SAM0101", "no node answers", Target.Shown, "it does not run", "start it: samtala start", e)
            : new CliException(
                "SAM0101", "the node cannot be reached", Target.Shown, e.InnerException?.Message ?? e.Message,
                "check --node and --data, and that the node runs: samtala start", e);
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
