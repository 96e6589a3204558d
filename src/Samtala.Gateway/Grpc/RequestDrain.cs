using Microsoft.AspNetCore.Http;

namespace Samtala.Gateway.Grpc;

/// <summary>Reads the rest of a request whose call is over. Kestrel resets a stream whose request is left unread, and
/// takes many resets for an attack: a burst of refused calls would cost the caller its connection.</summary>
internal static class RequestDrain
{
    private const int SizeMax = 64 * 1024;
    private static readonly TimeSpan s_timeMax = TimeSpan.FromSeconds(1);

    /// <summary>Ends the response, so that the caller has its status now, then reads what little is left.</summary>
    public static async Task EndAsync(HttpContext context, TimeProvider time)
    {
        try
        {
            await context.Response.CompleteAsync();
            using var limit = new CancellationTokenSource(s_timeMax, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
            long read = 0;
            while (read <= SizeMax)
            {
                var result = await context.Request.BodyReader.ReadAsync(stop.Token);
                read += result.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller left, or sends too slowly: the stream is reset.
        }
    }
}
