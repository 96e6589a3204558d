using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Protocol;

namespace Samtala.Network;

/// <summary>Who this node is on the network. Nothing of it is disposed by the hub.</summary>
/// <param name="Key">The device's key.</param>
/// <param name="Slab">Where passing secrets lie.</param>
/// <param name="Random">Where they come from.</param>
public sealed record PeerIdentity(SecretKey Key, SecretSlab Slab, RandomNumberGenerator Random);

/// <summary>What strangers may cost, and how connections are made.</summary>
public sealed record PeerHubOptions
{
    /// <summary>The handshake both sides must use.</summary>
    /// <value>Default <see cref="NoisePattern.XX"/>, as in the reference over plain TCP.</value>
    public NoisePattern Pattern { get; init; } = NoisePattern.XX;

    /// <summary>Most connections at a time, both ways, in handshake or open.</summary>
    /// <value>Default 512.</value>
    [Range(1, 65_536)]
    public int ConnectionsMax { get; init; } = 512;

    /// <summary>Most incoming connections of one address at a time: of one IPv4 address, or of one IPv6 /64.</summary>
    /// <value>Default 32.</value>
    [Range(1, 65_536)]
    public int ConnectionsPerAddressMax { get; init; } = 32;

    /// <summary>Most incoming connections in handshake at a time.</summary>
    /// <value>Default 64.</value>
    [Range(1, 65_536)]
    public int HandshakesMax { get; init; } = 64;

    /// <summary>Most incoming connections of one address in handshake at a time.</summary>
    /// <value>Default 8.</value>
    [Range(1, 65_536)]
    public int HandshakesPerAddressMax { get; init; } = 8;

    /// <summary>Above so many unsent bytes nothing more is read from that peer. More than
    /// <see cref="SecretStreamOptions.CongestedBytes"/> and the longest message together, or two who both send would
    /// wait for each other.</summary>
    /// <value>Default 20 MiB.</value>
    [Range(65_536, int.MaxValue)]
    public int StopReadingBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>How long a peer may take nothing of what is sent to it before the connection ends.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a closing connection may take to send what waits.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Sizes and times of every stream.</summary>
    public SecretStreamOptions Stream { get; init; } = new();

    /// <summary>What every peer may cost on its channels.</summary>
    public ProtomuxOptions Mux { get; init; } = new();
}
