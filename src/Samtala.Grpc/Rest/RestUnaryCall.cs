using System.Buffers;
using Google.Protobuf;
using Grpc.Core;

namespace Samtala.Grpc.Rest;

/// <summary>One request, one JSON answer.</summary>
internal sealed class RestUnaryCall(RouteMatch match, RestExchange exchange, IMessage request, TimeProvider time)
    : RestCall(match, exchange, request, time)
{
    private IMessage? _response;
    private readonly ArrayBufferWriter<byte> _json = new();

    protected override void WriteMessage<T>(T message, Marshaller<T> marshaller)
    {
        _response = (IMessage)(object)message;
        WriteJson(_json, _response);
    }

    protected override ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    protected override async Task EndAsync(Status status, Metadata? trailers, bool early)
    {
        if (Exchange.Aborted.IsCancellationRequested)
            return;
        if (status.StatusCode != StatusCode.OK)
            await WriteProblemAsync(status, trailers);
        else
            await WriteAnswerAsync(_response!);
        if (early)
            await Exchange.CompleteAsync();
    }

    private async Task WriteAnswerAsync(IMessage response)
    {
        if (TextField(response, "etag") is { Length: > 0 } etag && etag.All(IsEtagCharacter))
        {
            Exchange.SetHeader("ETag", $"\"{etag}\"");
            if (IsUnchanged($"\"{etag}\""))
            {
                Exchange.SetStatus(304);
                await Exchange.StartAsync();
                return;
            }
        }

        await RestResponses.WriteAsync(Exchange, 200, RestResponses.Json, _json.WrittenMemory);
    }

    private static bool IsEtagCharacter(char c) => c is > ' ' and < '\x7f' and not '"';

    private bool IsUnchanged(string etag) =>
        Exchange.HttpMethod is "GET" or "HEAD" &&
        Exchange.GetHeader("If-None-Match") is { } known &&
        known.Split(',').Any(k => k.Trim() is "*" || string.Equals(Strong(k.Trim()), etag, StringComparison.Ordinal));

    private static string Strong(string etag) => etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag;
}
