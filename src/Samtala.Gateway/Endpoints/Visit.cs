using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Samtala.Gateway.Endpoints;

/// <summary>One request that is not served from the published answers, and what is known of it.</summary>
internal sealed class Visit
{
    public Visit(IFeatureCollection features, IHttpRequestFeature request, DoorKind door)
    {
        Features = features;
        Request = request;
        Door = door;
        Target = request.RawTarget;
    }

    public IFeatureCollection Features { get; }

    public IHttpRequestFeature Request { get; }

    public DoorKind Door { get; }

    /// <summary>Path and query as sent; a link's target replaces it.</summary>
    public string Target { get; set; }

    public string Path => Mark is var mark and >= 0 ? Target[..mark] : Target;

    public string Query => Mark is var mark and >= 0 ? Target[(mark + 1)..] : "";

    /// <summary>Null for nobody.</summary>
    public Caller? Caller { get; set; }

    /// <summary>Whether nobody in particular may read what needs no token.</summary>
    public bool MayReadAnonymously { get; init; }

    /// <summary>scheme://host:port the client used.</summary>
    public required string BaseUri { get; init; }

    /// <summary>The scope the rpc declared that was let in; null before that.</summary>
    public string? DeclaredScope { get; set; }

    public bool IsRead => Checks.Gate.IsRead(Request.Method);

    public IHeaderDictionary Headers => Request.Headers;

    public CancellationToken Aborted => Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;

    public PipeWriter Writer => Features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;

    private int Mark => Target.IndexOf('?', StringComparison.Ordinal);

    public bool HasBody => BodyReader.HasBody(Features);
}

/// <summary>Through which listener a request came.</summary>
internal enum DoorKind
{
    Http,
    Grpc,
    Socket,
}
