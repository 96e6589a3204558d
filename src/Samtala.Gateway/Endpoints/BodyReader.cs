using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace Samtala.Gateway.Endpoints;

/// <summary>Reads request bodies within limits.</summary>
internal static class BodyReader
{
    /// <summary>Reads a whole body.</summary>
    /// <returns>The body; true when it is longer than allowed, and then nothing.</returns>
    public static async ValueTask<(ReadOnlyMemory<byte> Body, bool TooLarge)> ReadAsync(Visit visit, int sizeMax)
    {
        if (!visit.HasBody)
            return (default, false);
        var announced = visit.Headers.ContentLength ?? 0;
        if (announced > sizeMax)
            return (default, true);
        var reader = PipeOf(visit.Features);
        var body = new ArrayBufferWriter<byte>((int)Math.Max(announced, 256));
        while (true)
        {
            var result = await reader.ReadAsync(visit.Aborted);
            if (body.WrittenCount + result.Buffer.Length > sizeMax)
                return (default, true);
            foreach (var piece in result.Buffer)
                body.Write(piece.Span);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return (body.WrittenMemory, false);
        }
    }

    /// <summary>Lets a body be longer than the listener allows.</summary>
    public static void Allow(Visit visit, long sizeMax)
    {
        if (visit.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = sizeMax;
    }

    /// <summary>A body piece by piece; each is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadPiecesAsync(
        Visit visit, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!visit.HasBody)
            yield break;
        var reader = PipeOf(visit.Features);
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            foreach (var piece in result.Buffer)
                yield return piece;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                yield break;
        }
    }

    /// <summary>Whether a request has a body. Over HTTP/2 the end of an empty one may still be on its way when the
    /// request is there; its length tells, then.</summary>
    public static bool HasBody(IFeatureCollection features) =>
        features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
        && features.GetRequiredFeature<IHttpRequestFeature>().Headers.ContentLength is not 0;

    /// <summary>The body as the server reads it.</summary>
    public static PipeReader PipeOf(IFeatureCollection features) =>
        features.Get<IRequestBodyPipeFeature>()?.Reader
        ?? PipeReader.Create(features.GetRequiredFeature<IHttpRequestFeature>().Body);
}
