using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Samtala.Crypto;
using Samtala.Hypercore.Blobs;
using Samtala.Hypercore.Logs;
using Samtala.Network;
using Samtala.Storage;

namespace Samtala.Peers;

/// <summary>How a node meets its peers.</summary>
public sealed record PeerNodeOptions
{
    /// <summary>Where peers may connect; null for nowhere.</summary>
    /// <value>Default null.</value>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Whether the store is the one that was closed last, see <see cref="StoreHistory"/>.</summary>
    /// <value>Default <see cref="StoreHistory.Continuous"/>.</value>
    public StoreHistory History { get; init; } = StoreHistory.Continuous;

    /// <summary>How long a blob's holder is waited for.</summary>
    /// <value>Default 30 seconds. Valid 1 second to 10 minutes.</value>
    public TimeSpan HolderTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a node's peers stand on; all owned by the caller.</summary>
public sealed record PeerNodeParts
{
    /// <summary>Where logs are kept.</summary>
    public required IStore Store { get; init; }

    /// <summary>The blobs of everybody.</summary>
    public required BlobStore Blobs { get; init; }

    /// <summary>The device's secrets.</summary>
    public required NodeSecrets Secrets { get; init; }

    /// <summary>Where passing secrets lie.</summary>
    public required SecretSlab Slab { get; init; }

    /// <summary>Handshakes.</summary>
    public required RandomNumberGenerator Random { get; init; }

    /// <summary>Pauses between dials.</summary>
    public required Random Jitter { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Carries connections.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>Finds the addresses of names.</summary>
    public required ResolveHost Resolve { get; init; }

    /// <summary>The node's log.</summary>
    public required ILogger Logger { get; init; }
}
