using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>The plugin on a node in memory, with an upstream that can be made to misbehave.</summary>
internal sealed class MirrorWorld : IAsyncDisposable
{
    public MirrorWorld(string settings = "", MemoryMaps? maps = null)
    {
        Node = new MemoryNode(Upstream, maps)
        {
            Info = new NodeInfo("registry", "1.0.0", ["127.0.0.1:7650"], settings)
            {
                PeerAddresses = ["10.0.0.1:7652"],
            },
        };
        Upstream.Node = Node;
        Mirrors = NewMirrors();
        Handler = new RegistryHandler(Mirrors, Time, NullLogger<RegistryHandler>.Instance);
    }

    public TestTime Time { get; } = new();

    public FakeUpstream Upstream { get; } = new();

    public MemoryNode Node { get; }

    public MirrorSet Mirrors { get; private set; }

    public RegistryHandler Handler { get; private set; }

    /// <summary>As after a restart: what was in memory is gone.</summary>
    public async Task RestartAsync()
    {
        await Mirrors.DisposeAsync();
        Mirrors = NewMirrors();
        Handler = new RegistryHandler(Mirrors, Time, NullLogger<RegistryHandler>.Instance);
    }

    /// <summary>Asks the door, and the plugin when the door has no answer.</summary>
    public async Task<Got> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = Request(path, headers);
        if (Node.Door(request) is { } answer)
        {
            var body = await BytesAsync(answer.Content);
            var plain = answer.Encoding == "gzip" ? Unpack(body) : body;
            return new Got(answer.Status, answer.Headers, plain, answer.Etag, true);
        }

        return await AskAsync(request);
    }

    /// <summary>Asks the plugin, whatever the door has.</summary>
    public async Task<Got> AskAsync(RawRequest request)
    {
        var reply = await Handler.HandleAsync(request, TestContext.Current.CancellationToken);
        var isPacked = reply.Headers.Any(h => h is { Name: "Content-Encoding", Value: "gzip" });
        var body = reply.Content is null ? [] : await BytesAsync(reply.Content);
        var etag = reply.Headers.FirstOrDefault(h => h.Name == "ETag").Value?.Trim('"') ?? "";
        return new Got(reply.Status, reply.Headers, isPacked ? Unpack(body) : body, etag, false);
    }

    public static RawRequest Request(string path, params (string Name, string Value)[] headers)
    {
        List<Header> all = [.. headers.Select(h => new Header(h.Name, h.Value))];
        if (all.All(h => h.Name != "Accept-Encoding"))
            all.Add(new Header("Accept-Encoding", "gzip,deflate"));
        var query = path.Split('?', 2);
        return new RawRequest(
            "GET", query[0], query.Length > 1 ? query[1] : "", all, default, "http://127.0.0.1:7650", "", [], false);
    }

    public async ValueTask DisposeAsync() => await Mirrors.DisposeAsync();

    private MirrorSet NewMirrors() => new(Node, Time, NullLogger<MirrorSet>.Instance);

    private async Task<byte[]> BytesAsync(Content content)
    {
        switch (content)
        {
            case Content.Inline inline:
                return inline.Bytes.ToArray();
            case Content.OfBlob blob:
                return Node.Read(blob.Id).AsSpan((int)blob.Offset, (int)blob.Length).ToArray();
            default:
                using (MemoryStream bytes = new())
                {
                    await foreach (var piece in ((Content.Streamed)content).Chunks)
                        bytes.Write(piece.Span);
                    return bytes.ToArray();
                }
        }
    }

    private static byte[] Unpack(byte[] packed)
    {
        using GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress);
        using MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

/// <summary>What a client got.</summary>
internal sealed record Got(
    int Status, IReadOnlyList<Header> Headers, byte[] Body, string Etag, bool IsFromDoor)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string Header(string name) =>
        Headers.FirstOrDefault(h => string.Equals(h.Name, name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
}
