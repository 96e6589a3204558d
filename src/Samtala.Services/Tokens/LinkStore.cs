using System.Security.Cryptography;

namespace Samtala.Services.Tokens;

/// <summary>What a link reads, and with whose rights.</summary>
/// <param name="Path">An absolute path on this node.</param>
/// <param name="Grant">The rights of whoever made the link.</param>
public sealed record LinkTarget(string Path, TokenGrant Grant);

/// <summary>Links and logins: secrets in memory that end by themselves and do not outlive the process.</summary>
public sealed class LinkStore
{
    /// <summary>How long a link to a resource is good.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(1);

    /// <summary>How long a login link waits for its one use.</summary>
    public static readonly TimeSpan LoginLifetime = TimeSpan.FromDays(1);

    private const int LinkCountMax = 10_000;
    private const int LoginCountMax = 100;
    private readonly OneTimeSecrets<LinkTarget> _links;
    private readonly OneTimeSecrets<bool> _logins;

    /// <summary>An empty store.</summary>
    /// <param name="random">The source of secrets.</param>
    /// <param name="time">The clock of their ends.</param>
    public LinkStore(RandomNumberGenerator random, TimeProvider time)
    {
        _links = new(random, time, LinkLifetime, LinkCountMax);
        _logins = new(random, time, LoginLifetime, LoginCountMax);
    }

    /// <summary>Looks up what a link reads.</summary>
    /// <param name="ticket">From a stranger.</param>
    /// <returns>Null when there is no such link or it has ended.</returns>
    public LinkTarget? FindLink(string ticket) => _links.TryFind(ticket, out var target) ? target : null;

    /// <summary>Makes the secret of a login link.</summary>
    /// <returns>Null when a hundred wait already.</returns>
    public (string Secret, DateTimeOffset End)? TryMakeLogin() => _logins.TryMake(true);

    internal (string Secret, DateTimeOffset End)? TryMakeLink(LinkTarget target) => _links.TryMake(target);

    internal bool TryLogin(string secret) => _logins.TryTake(secret, out _);
}
