using System.Net;
using System.Net.Sockets;

namespace Samtala.Fetch;

/// <summary>Which addresses a plugin may reach. Source: the IANA registries of special-purpose addresses.</summary>
public static class AddressRules
{
    /// <summary>What is public: the whole Internet but everything reserved for something else.</summary>
    private static readonly IPNetwork[] s_notPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32", // a cloud's metadata service behind a public address
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>What not even the owner's word opens: nobody's own server is there, but metadata services
    /// are.</summary>
    private static readonly IPNetwork[] s_never =
    [
        .. new[]
        {
            "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "::/128", "fe80::/10",
            "ff00::/8", "fd00:ec2::254/128",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork s_6to4 = IPNetwork.Parse("2002::/16");

    /// <summary>Whether an address may be connected to.</summary>
    /// <param name="address">What a name resolved to.</param>
    /// <param name="isTrusted">The owner configured this very host:port and gave the grant
    /// <c>fetch:private</c>.</param>
    public static bool Allows(IPAddress address, bool isTrusted)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Unwrap(address);
        var refused = isTrusted ? s_never : s_notPublic;
        return !refused.Any(network =>
            network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>The IPv4 address inside an IPv6 address that only carries one.</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        // A zone would make the comparison fail: fe80::1%eth0.
        var plain = new IPAddress(address.GetAddressBytes());
        var bytes = plain.GetAddressBytes();
        if (s_nat64.Contains(plain))
            return new IPAddress(bytes.AsSpan(12));
        return s_6to4.Contains(plain) ? new IPAddress(bytes.AsSpan(2, 4)) : plain;
    }
}
