using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>What a mirror's upstream was set to.</summary>
/// <param name="Setting">A URL, <c>from-client</c> or <c>none</c>.</param>
/// <param name="Url">The URL in use; empty for none.</param>
internal sealed record UpstreamRecord(string Setting, string Url);

/// <summary>What is kept of a document.</summary>
internal sealed record DocumentRecord
{
    /// <summary>Most renditions to remember. One is made per door and kind.</summary>
    public const int RenditionCountMax = 8;

    /// <summary>The document, packed; blob id in hexadecimal digits.</summary>
    public string Source { get; init; } = "";

    /// <summary>The URL of this mirror that links of the source begin with; empty when the source is as the upstream
    /// sent it.</summary>
    public string SourceBase { get; init; } = "";

    /// <summary>What the upstream's links begin with, when the source's links were rewritten.</summary>
    public string LinkPrefix { get; init; } = "";

    /// <summary>SHA-256 of what the upstream sent, in hexadecimal digits.</summary>
    public string UpstreamSha256 { get; init; } = "";

    /// <summary>The document with neutral links, packed, as it is shared; blob id in hexadecimal digits. Empty until it
    /// is first shared.</summary>
    public string Shared { get; init; } = "";

    /// <summary>The followed mirror it came from, in hexadecimal digits; empty for the upstream.</summary>
    public string Origin { get; init; } = "";

    /// <summary>The upstream's ETag, with its quotes.</summary>
    public string UpstreamEtag { get; init; } = "";

    /// <summary>When the upstream last sent or confirmed it; milliseconds since 1970.</summary>
    public long FetchedAt { get; init; }

    /// <summary>Ready forms.</summary>
    public IReadOnlyList<RenditionRecord> Renditions { get; init; } = [];

    /// <summary>Ids of all its blobs.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<string> Blobs => Renditions.Select(r => r.Blob).Append(Source).Append(Shared)
        .Where(id => id.Length > 0).Distinct(StringComparer.Ordinal);

    /// <summary>A ready form.</summary>
    public RenditionRecord? Find(string kind, string authority) =>
        Renditions.FirstOrDefault(r => r.Kind == kind && r.Authority == authority);

    /// <summary>The record with one more ready form.</summary>
    public DocumentRecord With(RenditionRecord rendition) => this with
    {
        Renditions =
        [
            .. Renditions.Where(r => r.Kind != rendition.Kind || r.Authority != rendition.Authority)
                .TakeLast(RenditionCountMax - 1),
            rendition,
        ],
    };
}

/// <summary>A form of a document that is ready to be sent.</summary>
/// <param name="Kind">Which form.</param>
/// <param name="Authority">For whom; empty for all.</param>
/// <param name="Blob">Packed; blob id in hexadecimal digits.</param>
/// <param name="Length">In bytes, packed.</param>
internal sealed record RenditionRecord(string Kind, string Authority, string Blob, long Length);

/// <summary>What is kept of a package file.</summary>
/// <param name="Blob">Blob id in hexadecimal digits.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha512">In hexadecimal digits.</param>
/// <param name="FetchedAt">Milliseconds since 1970.</param>
internal sealed record FileRecord(string Blob, long Length, string Sha512, long FetchedAt)
{
    /// <summary>The record of a blob.</summary>
    public static FileRecord Of(BlobInfo blob, DateTimeOffset now) => new(
        blob.Id.ToString(), blob.Length, Convert.ToHexStringLower(blob.Sha512.Value), now.ToUnixTimeMilliseconds());

    /// <summary>The digest, or null when the record is damaged.</summary>
    public Digest? ReadDigest() => Digest.TryParse($"sha512:{Sha512}", out var digest) ? digest : null;
}

/// <summary>Counters of one mirror, as kept.</summary>
/// <param name="Misses">Requests the mirror answered.</param>
/// <param name="Requests">Requests to the upstream.</param>
/// <param name="Bytes">Bytes from the upstream.</param>
/// <param name="Failures">Failed requests to the upstream.</param>
/// <param name="Refused">Refused files.</param>
/// <param name="Served">Bytes the mirror itself sent.</param>
/// <param name="PeerFiles">Documents and files from followed mirrors.</param>
/// <param name="PeerBytes">Their bytes.</param>
internal sealed record CounterRecord(
    long Misses,
    long Requests,
    long Bytes,
    long Failures,
    long Refused,
    long Served,
    long PeerFiles = 0,
    long PeerBytes = 0);
