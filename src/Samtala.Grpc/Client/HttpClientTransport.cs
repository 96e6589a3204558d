using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Client;

/// <summary>A call as one HTTP/2 request.</summary>
internal sealed class HttpClientTransport(HttpMessageInvoker http, Uri method, ClientHead head) : ClientTransport
{
    private const string ContentType = "application/grpc";
    private StreamedContent? _streamed;
    private HttpRequestMessage? _request;
    private HttpResponseMessage? _response;

    public override ValueTask<PipeWriter> RequestsAsync(CancellationToken cancellationToken) =>
        _streamed is not { } streamed ? throw new InvalidOperationException("This call has one request only.")
        : streamed.Writer.IsCompletedSuccessfully ? new ValueTask<PipeWriter>(streamed.Writer)
        : new ValueTask<PipeWriter>(streamed.Writer.WaitAsync(cancellationToken));

    public override async Task<ClientAnswer> StartAsync(
        ReadOnlyMemory<byte>? wholeRequest, CancellationToken cancellationToken)
    {
        HttpContent content = wholeRequest is { } whole
            ? new ReadOnlyMemoryContent(whole)
            : _streamed = new StreamedContent();
        content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        _request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        AddHeaders(_request.Headers);
        try
        {
            _response = await http.SendAsync(_request, cancellationToken);
        }
        catch (Exception e)
        {
            _streamed?.Fail(e);
            throw;
        }

        return await ReadAnswerAsync(_response, cancellationToken);
    }

    public override void Dispose()
    {
        _streamed?.Fail(new OperationCanceledException("The call has ended."));
        _response?.Dispose();
        _request?.Dispose();
        _streamed?.Dispose();
    }

    private static async Task<ClientAnswer> ReadAnswerAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (OutcomeOf(response.Headers) is { } whole)
        {
            // An answer without messages carries its outcome in the headers.
            return new ClientAnswer(whole.Trailers, PipeReader.Create(Stream.Null), () => whole);
        }

        if (response.StatusCode != HttpStatusCode.OK || !IsGrpc(response.Content.Headers.ContentType))
        {
            throw new RpcException(new Status(
                FromHttp(response.StatusCode),
                $"No gRPC but HTTP {(int)response.StatusCode}, {response.Content.Headers.ContentType}."));
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new ClientAnswer(
            ToMetadata(response.Headers),
            PipeReader.Create(body),
            () => OutcomeOf(response.TrailingHeaders) ??
                (new Status(StatusCode.Unavailable, "The server left without a status."), Metadata.Empty));
    }

    private static bool IsGrpc(MediaTypeHeaderValue? type) =>
        type?.MediaType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    private static (Status Status, Metadata Trailers)? OutcomeOf(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("grpc-status", out var values))
            return null;
        var code = int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
            number <= (int)StatusCode.Unauthenticated
            ? (StatusCode)number
            : StatusCode.Unknown;
        var message = headers.NonValidated.TryGetValues("grpc-message", out var text)
            ? WireText.DecodeMessage(text.ToString())
            : "";
        return (new Status(code, message), ToMetadata(headers));
    }

    private static Metadata ToMetadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (key, values) in headers.NonValidated)
        {
            if (key is "grpc-status" or "grpc-message" or "grpc-encoding" or "grpc-accept-encoding")
                continue;
            foreach (var value in values)
                WireText.AddTo(metadata, key, value);
        }

        return metadata;
    }

    private static StatusCode FromHttp(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or
            HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private void AddHeaders(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation("TE", "trailers");
        if (head.Host is not null)
            headers.Host = head.Host;
        if (head.Timeout is { } timeout)
            headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(timeout));
        foreach (var entry in head.Headers ?? Metadata.Empty)
            headers.TryAddWithoutValidation(entry.Key, WireText.ValueOf(entry));
    }

    /// <summary>A body written while it is sent.</summary>
    private sealed class StreamedContent : HttpContent
    {
        private readonly TaskCompletionSource<PipeWriter> _writer =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<PipeWriter> Writer => _writer.Task;

        public void Fail(Exception exception)
        {
            _writer.TrySetException(exception);
            _ = _writer.Task.Exception;
            _done.TrySetResult();
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync(CancellationToken.None);
            _writer.TrySetResult(PipeWriter.Create(new EndingStream(stream, _done)));
            await _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
