using System.IO.Compression;
using System.Runtime.CompilerServices;
using Samtala.Abstractions;

namespace Samtala.Fetch;

/// <summary>The body of an answer: decompressed, bounded, and whole or an error.</summary>
internal sealed class ReplyBody
{
    private readonly HttpResponseMessage _response;
    private readonly FetchRequest _request;
    private readonly Patience _patience;
    private readonly long? _announced;
    private Func<uint>? _unpackedLength;

    public ReplyBody(HttpResponseMessage response, FetchRequest request, Patience patience)
    {
        _response = response;
        _request = request;
        _patience = patience;
        _announced = response.Content.Headers.ContentLength;
        HasKnownEnd = _announced is not null || response.Headers.TransferEncodingChunked == true
            || response.Version.Major >= 2;
        if (_announced > request.BodySizeMax && !IsHead)
            throw Bad($"has {_announced} bytes; at most {request.BodySizeMax} were asked for");
    }

    /// <summary>Whether a body that ends early can be told from a whole one.</summary>
    public bool HasKnownEnd { get; }

    private bool IsHead => string.Equals(_request.Method, "HEAD", StringComparison.OrdinalIgnoreCase);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var raw = await _response.Content.ReadAsStreamAsync(cancellationToken);
        await using var body = Unpack(raw);
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (true)
        {
            var read = await ReadAsync(body, buffer, cancellationToken);
            if (read == 0)
                break;
            total += read;
            if (total > _request.BodySizeMax)
                throw Bad($"has more than the {_request.BodySizeMax} bytes that were asked for");
            yield return buffer.AsMemory(0, read);
        }

        if (_unpackedLength is { } length && length() != (uint)total)
            throw Bad("ended early: it is packed, and its end is missing");
        // The transport says so too; this holds it to it.
        if (ReferenceEquals(body, raw) && !IsHead && _announced is { } announced && total != announced
            && _response.StatusCode != System.Net.HttpStatusCode.NotModified)
        {
            throw Bad($"ended after {total} of {announced} bytes");
        }
    }

    public FetchException Bad(string problem, Exception? inner = null) => new(
        FetchFailure.BadBody, $"The body of {OutboundHttp.Plain(_request.Uri)} {problem}. Nothing was kept.", inner);

    private async ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _patience.WaitAsync(body.ReadAsync(buffer, cancellationToken));
        }
        catch (Exception e)
            when (e is IOException or InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            throw Bad($"ended early or is damaged: {e.Message}", e);
        }
    }

    private GZipStream Gunzip(Stream raw)
    {
        var tail = new TailStream(raw);
        _unpackedLength = () => tail.UnpackedLength;
        return new GZipStream(tail, CompressionMode.Decompress);
    }

    private Stream Unpack(Stream raw)
    {
        var encodings = _response.Content.Headers.ContentEncoding;
        if (encodings.Count == 0 || IsHead)
            return raw;
        return (encodings.Count == 1 ? encodings.Single().ToUpperInvariant() : "") switch
        {
            "GZIP" or "X-GZIP" => Gunzip(raw),
            "IDENTITY" => raw,
            _ => throw Bad($"is packed as \"{string.Join(", ", encodings)}\", which this node cannot unpack"),
        };
    }
}
