using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samtala.Abstractions;
using Samtala.Answers;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>Types of Samtala.Abstractions as messages of <c>proto/samtala/host/v1</c>, and back.</summary>
internal static class WireTypes
{
    public static Wire.Digest ToWire(Digest digest) => new()
    {
        Algorithm = digest.Algorithm.ToString().ToLowerInvariant(),
        Value = ByteString.CopyFrom(digest.Value),
    };

    public static Digest FromWire(Wire.Digest digest) => new(
        digest.Algorithm switch
        {
            "sha1" => DigestAlgorithm.Sha1,
            "sha256" => DigestAlgorithm.Sha256,
            "sha512" => DigestAlgorithm.Sha512,
            _ => throw new ArgumentException($"There is no digest algorithm '{digest.Algorithm}'.", nameof(digest)),
        },
        digest.Value.Span);

    public static Wire.BlobInfo ToWire(BlobInfo blob) => new()
    {
        Id = ByteString.CopyFrom(blob.Id.ToArray()),
        Length = blob.Length,
        Sha1 = ByteString.CopyFrom(blob.Sha1.Value),
        Sha256 = ByteString.CopyFrom(blob.Sha256.Value),
        Sha512 = ByteString.CopyFrom(blob.Sha512.Value),
    };

    public static BlobInfo FromWire(Wire.BlobInfo blob) => new(
        new BlobId(blob.Id.Span),
        blob.Length,
        new Digest(DigestAlgorithm.Sha1, blob.Sha1.Span),
        new Digest(DigestAlgorithm.Sha256, blob.Sha256.Span),
        new Digest(DigestAlgorithm.Sha512, blob.Sha512.Span));

    public static Wire.FetchRequest ToWire(FetchRequest request) => new()
    {
        Method = request.Method,
        Uri = request.Uri.OriginalString,
        Headers = { request.Headers.Select(HostMessages.ToMessage) },
        Body = ByteString.CopyFrom(request.Body.Span),
        Timeout = Duration.FromTimeSpan(request.Timeout),
        IdleTimeout = Duration.FromTimeSpan(request.IdleTimeout),
        BodySizeMax = request.BodySizeMax,
        TrustedAuthority = request.TrustedAuthority,
    };

    public static FetchRequest FromWire(Wire.FetchRequest request) =>
        new(new Uri(request.Uri, UriKind.RelativeOrAbsolute))
        {
            Method = request.Method,
            Headers = [.. request.Headers.Select(HostMessages.FromMessage)],
            Body = request.Body.Memory,
            Timeout = request.Timeout.ToTimeSpan(),
            IdleTimeout = request.IdleTimeout.ToTimeSpan(),
            BodySizeMax = request.BodySizeMax,
            TrustedAuthority = request.TrustedAuthority,
        };

    public static Wire.RawRequest ToWire(RawRequest request) => new()
    {
        Method = request.Method,
        Path = request.Path,
        Query = request.Query,
        Headers = { request.Headers.Select(HostMessages.ToMessage) },
        Body = ByteString.CopyFrom(request.Body.Span),
        BaseUri = request.BaseUri,
        Principal = request.Principal,
        Scopes = { request.Scopes },
        IsRefresh = request.IsRefresh,
    };

    public static RawRequest FromWire(Wire.RawRequest request) => new(
        request.Method,
        request.Path,
        request.Query,
        [.. request.Headers.Select(HostMessages.FromMessage)],
        request.Body.Memory,
        request.BaseUri,
        request.Principal,
        [.. request.Scopes],
        request.IsRefresh);
}
