using System.Globalization;
using System.Net;

namespace Samtala.Peers;

/// <summary>Where a peer is: HOST:PORT, the host a name or an address; IPv6 addresses in brackets.</summary>
/// <param name="Host">Without brackets.</param>
/// <param name="Port">1 to 65,535.</param>
public readonly record struct PeerAddress(string Host, ushort Port)
{
    private const int HostSizeMax = 253;

    /// <summary>Reads HOST:PORT.</summary>
    /// <param name="text">Any.</param>
    /// <param name="address">What was read.</param>
    /// <returns>False when it is anything else.</returns>
    public static bool TryParse(string text, out PeerAddress address)
    {
        address = default;
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
        {
            return false;
        }

        var host = text[..colon];
        if (host is ['[', .. var inner, ']'])
            host = IPAddress.TryParse(inner, out _) ? inner : "";
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;
        if (host.Length is 0 or > HostSizeMax || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return false;
        address = new PeerAddress(host, port);
        return true;
    }

    /// <summary>HOST:PORT.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
