using System.Net;

namespace Samtala.Gateway.Checks;

/// <summary>The names under which a listener answers, each with its port. Compared whole and ignoring case, so that no
/// odd form (user info, trailing dot, other port, two values) passes.</summary>
internal sealed class HostList
{
    private const int HttpPort = 80;
    private readonly string[] _allowed;

    /// <summary>Every name is allowed: the Unix socket, which no browser can reach.</summary>
    public static HostList Any { get; } = new([]) { IsAny = true };

    /// <summary>Nobody is let in until the port is known.</summary>
    public static HostList Nobody { get; } = new([]);

    private HostList(string[] allowed) => _allowed = allowed;

    public bool IsAny { get; private init; }

    /// <summary>host:port, the one to show first.</summary>
    public IReadOnlyList<string> Authorities => _allowed;

    public static HostList For(IPEndPoint bound, IEnumerable<string> names)
    {
        List<string> hosts = ["127.0.0.1", "localhost", "[::1]"];
        if (!bound.Address.Equals(IPAddress.Any) && !bound.Address.Equals(IPAddress.IPv6Any))
            hosts.Insert(0, Bracketed(bound.Address));
        foreach (var name in names)
            hosts.Add(IPAddress.TryParse(name, out var address) ? Bracketed(address) : name);
        var withPort = hosts.Select(host => $"{host}:{bound.Port}");
        var all = bound.Port == HttpPort ? withPort.Concat(hosts) : withPort;
        return new HostList([.. all.Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    public bool Allows(string? host)
    {
        if (string.IsNullOrEmpty(host))
            return false;
        if (IsAny)
            return true;
        foreach (var allowed in _allowed)
        {
            if (string.Equals(allowed, host, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static string Bracketed(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";
}
