using Samtala.Crypto;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Signs heads of a log that one signer alone may sign.</summary>
internal sealed class LogSigner
{
    private readonly LogAuthority _authority;
    private readonly SecretKey _secret;

    private LogSigner(LogAuthority authority, SecretKey secret)
    {
        _authority = authority;
        _secret = secret;
    }

    /// <summary>A signer, if the key may sign alone.</summary>
    public static LogSigner? TryCreate(LogAuthority authority, SecretKey? secret) =>
        secret is not null && authority.Quorum == 1 && authority.FindSigner(secret.PublicKey) is not null
            ? new LogSigner(authority, secret)
            : null;

    /// <summary>The signature of a head in wire form.</summary>
    public byte[] Sign(LogHead head) => _authority.Sign(_secret, head);
}
