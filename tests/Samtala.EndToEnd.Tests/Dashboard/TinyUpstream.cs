using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Samtala.Vectors;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>An npm registry with one package, <c>tiny</c>, that consists of one small file.</summary>
internal sealed class TinyUpstream : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _tarball = Pack();
    private readonly Task _serving;

    public TinyUpstream()
    {
        Url = $"http://127.0.0.1:{FreePort.Next()}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url { get; }

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait(TimeSpan.FromSeconds(5));
    }

    private async Task ServeAsync()
    {
        try
        {
            while (_listener.IsListening)
                await AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed: nobody asks any more.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        var path = context.Request.Url!.AbsolutePath;
        if (path is not ("/tiny" or "/tiny/-/tiny-1.0.0.tgz"))
        {
            response.StatusCode = 404;
            return;
        }

        var body = path == "/tiny" ? Encoding.UTF8.GetBytes(Describe()) : _tarball;
        response.ContentType = path == "/tiny" ? "application/json" : "application/octet-stream";
        response.ContentLength64 = body.Length;
        await response.OutputStream.WriteAsync(body);
    }

    private string Describe() => $$"""
        { "name": "tiny", "dist-tags": { "latest": "1.0.0" },
          "versions": { "1.0.0": { "name": "tiny", "version": "1.0.0", "dist": {
            "tarball": "{{Url}}tiny/-/tiny-1.0.0.tgz",
            "integrity": "sha512-{{Convert.ToBase64String(SHA512.HashData(_tarball))}}" } } } }
        """;

    private static byte[] Pack()
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Optimal, leaveOpen: true))
        using (TarWriter tar = new(gzip, TarEntryFormat.Ustar))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "package/package.json")
            {
                DataStream = new MemoryStream("""{ "name": "tiny", "version": "1.0.0" }"""u8.ToArray()),
            });
        }

        return target.ToArray();
    }
}
