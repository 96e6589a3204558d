using System.Collections.Concurrent;
using System.Net;
using Samtala.Vectors;

namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>A real server on this machine that serves the files it was given.</summary>
internal sealed class LoopbackUpstream : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public LoopbackUpstream()
    {
        Authority = $"127.0.0.1:{FreePort.Next()}";
        _listener.Prefixes.Add($"http://{Authority}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Authority { get; }

    /// <summary>Bodies by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, int> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>Flip a bit of bodies whose path ends so.</summary>
    public string Tampered { get; set; } = "";

    /// <summary>Break the connection in the middle of bodies whose path ends so.</summary>
    public string Broken { get; set; } = "";

    /// <summary>Takes over what was made for another upstream.</summary>
    public void CopyFrom(FakeUpstream other)
    {
        foreach (var (path, body) in other.Files)
        {
            Files[path] = path.EndsWith(".tgz", StringComparison.Ordinal)
                || path.EndsWith(".nupkg", StringComparison.Ordinal)
                ? body
                : System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(body)
                    .Replace("http://up.test/", $"http://{Authority}/", StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                if (!_listener.IsListening)
                    return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var path = context.Request.RawUrl!;
        Asked.AddOrUpdate(path, 1, (_, n) => n + 1);
        var response = context.Response;
        if (!Files.TryGetValue(path, out var body))
        {
            response.StatusCode = 404;
            response.Close();
            return;
        }

        body = [.. body];
        if (Tampered.Length > 0 && path.EndsWith(Tampered, StringComparison.Ordinal))
            body[body.Length / 2] ^= 1;
        response.ContentLength64 = body.Length;
        if (Broken.Length > 0 && path.EndsWith(Broken, StringComparison.Ordinal))
        {
            response.OutputStream.Write(body, 0, body.Length / 2);
            response.OutputStream.Flush();
            response.Abort();
            return;
        }

        response.Close(body, willBlock: true);
    }
}
