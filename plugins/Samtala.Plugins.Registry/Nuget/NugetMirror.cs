using System.Text;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Sharing;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>The NuGet mirror: answers what the door has no published answer for.</summary>
internal sealed class NugetMirror(
    INode node, NugetUpstream resources, NugetPackages packages, DocumentCache documents, NugetSearch search) : IMirror
{
    private const string Root = "/registry/nuget/v3/";

    public Upstream Upstream => packages.Upstream;

    public string ErrorType => "application/problem+json";

    public async ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        if (request.Method is not ("GET" or "HEAD"))
            throw MirrorException.NotYet($"{request.Method} '{request.Path}'");
        var route = request.Path.StartsWith(Root, StringComparison.Ordinal)
            ? NugetRoute.Read(request.Path[Root.Length..]) : default;
        switch (route.Kind)
        {
            case NugetRoute.What.ServiceIndex:
                return await ServiceIndexAsync(request, cancellationToken);
            case NugetRoute.What.Versions:
                var versions = await documents.GetAsync(VersionsOf(request, route.Id), cancellationToken);
                return Replies.Of(request, versions, node.Blobs);
            case NugetRoute.What.Registration:
                var registration = await documents.GetAsync(RegistrationOf(request, route), cancellationToken);
                return Replies.Of(request, registration, node.Blobs);
            case NugetRoute.What.Package:
                var package = await packages.GetAsync(request.Path, route.Id, route.Version, cancellationToken);
                return Replies.Of(request, package, node.Blobs);
            case NugetRoute.What.Nuspec:
                var nuspec = await packages.GetNuspecAsync(route.Id, route.Version, cancellationToken);
                return new RawReply(
                    200,
                    [
                        new Header("Content-Type", "application/xml"),
                        new Header("Cache-Control", "public, max-age=31536000, immutable"),
                    ],
                    new Content.Inline(nuspec));
            case NugetRoute.What.Search:
                return Replies.Json(200, await search.FindAsync(request, cancellationToken));
            default:
                throw MirrorException.BadRequest($"'{request.Path}'", "the source is /registry/nuget/v3/index.json");
        }
    }

    private async ValueTask<RawReply> ServiceIndexAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(ServiceIndex.Write($"{request.BaseUri}{Root}"));
        PublishedAnswer answer = new(request.Path, new Content.Inline(body))
        {
            Authority = request.Authority(),
            Etag = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body).AsSpan(0, 16)),
            Headers =
            [
                new Header("Content-Type", "application/json"),
                new Header("Cache-Control", "public, max-age=300"),
            ],
        };
        await node.Answers.PublishAsync([answer], cancellationToken);
        return Replies.Of(request, answer, node.Blobs);
    }

    private DocumentRequest VersionsOf(RawRequest request, string id)
    {
        DocumentForm form = new("versions", "", "application/json", _ => new VersionsWalker());
        return new DocumentRequest
        {
            What = id,
            Key = Shelf.DocumentKey("nuget", id),
            Path = request.Path,
            Authority = "",
            LinkBase = "",
            NeutralBase = "",
            Locate = async token => new Uri($"{(await resources.FindAsync(id, token)).Flat}{id}/index.json"),
            Forms = [form],
            Wanted = form,
            IsRefresh = request.IsRefresh,
        };
    }

    private DocumentRequest RegistrationOf(RawRequest request, NugetRoute route)
    {
        var own = $"{request.BaseUri}{Root}";
        NugetResources? upstream = null;
        DocumentForm form = new(
            "registration",
            "",
            "application/json",
            source => new RegistrationRewriter(source.Length > 0
                ? [(source, own)]
                : [(upstream!.Registration, $"{own}registration/"), (upstream.Flat, $"{own}flat/")]));
        return new DocumentRequest
        {
            What = $"{route.Id} {route.Version}",
            Key = $"nuget/r/{route.Id}/{route.Version}",
            Path = request.Path,
            Authority = request.Authority(),
            LinkBase = own,
            NeutralBase = NeutralLinks.Nuget,
            Locate = async token =>
            {
                upstream = await resources.FindAsync(route.Id, token);
                return upstream.Registration.Length > 0
                    ? new Uri($"{upstream.Registration}{route.Id}/{route.Version}")
                    : throw MirrorException.NotFound($"{route.Id}'s registration", "nuget");
            },
            Forms = [form],
            Wanted = form,
            IsRefresh = request.IsRefresh,
        };
    }
}
