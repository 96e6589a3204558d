using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Samtala.Abstractions;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Answers;

/// <summary>A published answer with everything a request needs worked out once.</summary>
internal sealed class ServedAnswer
{
    private readonly StringValues _contentType;
    private readonly StringValues _cacheControl;
    private readonly StringValues _encoding;
    private readonly KeyValuePair<string, StringValues>[] _others;

    public ServedAnswer(string pluginId, PublishedAnswer answer, string vary)
    {
        PluginId = pluginId;
        Path = answer.Path;
        Authority = answer.Authority;
        Accept = answer.Accept;
        IsGzip = string.Equals(answer.Encoding, "gzip", StringComparison.OrdinalIgnoreCase);
        Status = answer.Status;
        Scope = answer.Scope;
        FreshUntilTicks = answer.FreshUntil?.UtcTicks ?? long.MaxValue;
        Etag = answer.Etag.Length > 0 ? $"\"{answer.Etag}\"" : "";
        UnpackedEtag = answer.Etag.Length > 0 ? $"W/\"{answer.Etag}-identity\"" : "";
        Content = answer.Content;
        Length = LengthOf(answer.Content);
        _encoding = IsGzip ? "gzip" : default(StringValues);
        var others = new List<KeyValuePair<string, StringValues>>();
        foreach (var header in answer.Headers)
        {
            switch (header.Name.ToUpperInvariant())
            {
                case "CONTENT-TYPE": _contentType = header.Value; break;
                case "CACHE-CONTROL": _cacheControl = header.Value; break;
                case "LAST-MODIFIED": LastModified = header.Value; break;
                case "VARY": vary = Joined(vary, header.Value); break;
                case "ETAG" or "CONTENT-ENCODING" or "ACCEPT-RANGES": break;
                default:
                    if (!SafetyHeaders.IsReserved(header.Name))
                        others.Add(new(header.Name, header.Value));
                    break;
            }
        }

        Vary = vary;
        _others = [.. others];
    }

    public string PluginId { get; }

    public string Path { get; }

    public string Authority { get; }

    public string Accept { get; }

    public bool IsGzip { get; }

    public int Status { get; }

    public string Scope { get; }

    public long FreshUntilTicks { get; }

    public string Etag { get; }

    public string UnpackedEtag { get; }

    public string LastModified { get; } = "";

    public string Vary { get; }

    public Content Content { get; }

    public long Length { get; }

    /// <summary>Sets the headers that go with a whole, partial or unmodified answer.</summary>
    public void ApplyHeaders(IHeaderDictionary headers, bool unpack)
    {
        SafetyHeaders.Apply(headers);
        if (_contentType.Count > 0)
            headers.ContentType = _contentType;
        if (_cacheControl.Count > 0)
            headers.CacheControl = _cacheControl;
        if (Etag.Length > 0)
            headers.ETag = unpack ? UnpackedEtag : Etag;
        if (LastModified.Length > 0)
            headers.LastModified = LastModified;
        if (Vary.Length > 0)
            headers.Vary = Vary;
        if (_encoding.Count > 0 && !unpack)
            headers.ContentEncoding = _encoding;
        foreach (var (name, value) in _others)
            headers[name] = value;
    }

    private static string Joined(string vary, string more) =>
        vary.Length == 0 || more.Contains(vary, StringComparison.OrdinalIgnoreCase) ? more : $"{vary}, {more}";

    private static long LengthOf(Content content) => content switch
    {
        Content.Inline inline => inline.Bytes.Length,
        Content.OfBlob blob => blob.Length,
        _ => throw new ArgumentException("A published answer is bytes or a range of a blob.", nameof(content)),
    };
}
