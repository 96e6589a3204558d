using Google.Protobuf.WellKnownTypes;
using Samtala.Answers;
using Samtala.Gateway;
using Samtala.Kernel;
using Samtala.Node.V1;
using Samtala.Services.Nodes;
using Samtala.Services.Tokens;
using Caller = Samtala.Gateway.Caller;
using LinkTarget = Samtala.Gateway.LinkTarget;

namespace Samtala.Node.Start;

/// <summary>The node's tokens as the door asks for them.</summary>
internal sealed class TokenDoor(TokenStore tokens) : ITokenAuthority
{
    public Caller? Authenticate(ReadOnlySpan<char> secret) =>
        tokens.Find(secret.ToString()) is { } grant ? new Caller(grant.Principal, grant.Scopes) : null;
}

/// <summary>Links as the door asks for them.</summary>
internal sealed class LinkDoor(LinkStore links) : ILinkTickets
{
    public LinkTarget? Find(ReadOnlySpan<char> ticket) => links.FindLink(ticket.ToString()) is { } target
        ? new LinkTarget(target.Path, new Caller(target.Grant.Principal, target.Grant.Scopes))
        : null;
}

/// <summary>Writes through the door, into the audit log.</summary>
internal sealed class AuditDoor(AuditLog log) : IAuditLog
{
    public void Record(AuditRecord record) => log.Record(new AuditEntry
    {
        Time = Timestamp.FromDateTimeOffset(record.Time),
        Principal = record.Principal,
        Action = record.Action,
        Status = record.Status,
    });
}

/// <summary>Published answers as the door asks for them; what it makes of them stays beside them in the
/// cache.</summary>
internal sealed class AnswerDoor(AnswerStore answers) : IAnswerSource
{
    public AnswerVariants? Find(string path) => answers.FindCached(path) is { } set ? Variants(set) : null;

    public async ValueTask<AnswerVariants?> LoadAsync(string path, CancellationToken cancellationToken) =>
        await answers.FindAsync(path, cancellationToken) is { } set ? Variants(set) : null;

    public void Served(string pluginId, string path, int status, long bytes) =>
        answers.RecordHit(pluginId, path, status, bytes);

    // Two requests may both make it the first time; either is right.
    private static AnswerVariants Variants(AnswerSet set)
    {
        if (set.Rendered is AnswerVariants ready)
            return ready;
        AnswerVariants made = new(set.PluginId, set.Answers);
        set.Rendered = made;
        return made;
    }
}

/// <summary>Plugins' raw handlers as the door asks for them.</summary>
internal sealed class RawDoor(PluginCatalog plugins) : IRawRouter
{
    public RawRoute Find(string pluginId)
    {
        var endpoint = plugins.FindEndpoint(pluginId);
        if (endpoint is null)
            return new RawRoute(RawRouteState.Unknown, null);
        return endpoint.IsOpen ? new RawRoute(RawRouteState.Running, endpoint)
            : new RawRoute(RawRouteState.Stopped, null);
    }

    public bool AllowsAnonymous(string pluginId, string method, string path) =>
        plugins.Find(pluginId)?.Manifest?.Anonymous.Any(a => a.Covers(method, path)) ?? false;
}
