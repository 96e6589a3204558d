using System.Net;
using System.Text;
using Samtala.Vectors;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>Stands between the node and the real npm upstream, and spoils what it is told to.</summary>
internal sealed class SpoilingProxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = new();
    private readonly Uri _upstream;
    private readonly Task _serving;

    /// <summary>Begins to serve on a free port.</summary>
    /// <param name="upstream">Ends in '/'.</param>
    public SpoilingProxy(Uri upstream)
    {
        _upstream = upstream;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Flip a bit in the middle of files.</summary>
    public bool Tampers { get; set; }

    /// <summary>End files early, with a length to match.</summary>
    public bool Truncates { get; set; }

    /// <summary>Take every request and answer none.</summary>
    public bool Stalls { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
        _http.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> running = [];
        while (true)
        {
            try
            {
                running.Add(AnswerAsync(await _listener.GetContextAsync()));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        if (Stalls)
            return;
        try
        {
            using var reply = await _http.GetAsync(new Uri(_upstream, context.Request.RawUrl!.TrimStart('/')));
            var body = await reply.Content.ReadAsByteArrayAsync();
            if (context.Request.RawUrl!.EndsWith(".tgz", StringComparison.Ordinal))
            {
                if (Tampers)
                    body[body.Length / 2] ^= 1;
                if (Truncates)
                    body = body[..(body.Length / 2)];
            }
            else
            {
                // So that the files are asked for here, too.
                body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(
                    _upstream.AbsoluteUri, Address.AbsoluteUri, StringComparison.Ordinal));
            }

            context.Response.StatusCode = (int)reply.StatusCode;
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or HttpRequestException)
        {
            context.Response.Abort();
        }
    }
}
