using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samtala.Gateway.Endpoints;

namespace Samtala.Gateway.Replies;

/// <summary>
/// The rest of a body that an answer did not wait for. Over HTTP/2 the server resets the stream of such a request once
/// it is answered (RFC 9113, 8.1), and clients that are still sending, curl among them, then report the reset in place
/// of the answer. Over HTTP/1.1 Kestrel reads the rest by itself.
/// </summary>
internal static class UnreadBody
{
    /// <summary>A longer rest is cut off after all: sending it would cost more than the answer is worth.</summary>
    public const int SizeMax = 64 * 1024;

    /// <summary>How long a client may take to send the rest.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);

    /// <summary>True when the request can leave such a rest. Callers of gRPC may send for as long as the call goes on,
    /// and understand the reset.</summary>
    public static bool IsPossible(IFeatureCollection features)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        return HttpProtocol.IsHttp2(request.Protocol)
            && features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            && !Reply.IsGrpc(request);
    }

    /// <summary>Waits for the answer, then reads what is left of the body within the limits. Never fails by itself:
    /// the answer is out.</summary>
    public static async Task ReadAfterAsync(Task answer, IFeatureCollection features, TimeProvider time)
    {
        await answer;
        using var patience = new CancellationTokenSource(TimeMax, time);
        try
        {
            await ReadAsync(BodyReader.PipeOf(features), patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client has left, is too slow, or who answered has ended the reading.
        }
    }

    private static async Task ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        for (long read = 0; read <= SizeMax;)
        {
            var result = await reader.ReadAsync(cancellationToken);
            read += result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }
}
