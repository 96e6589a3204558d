using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Samtala.Node.Start;

/// <summary>Where other nodes reach this one.</summary>
internal static class PeerAddresses
{
    /// <summary>The addresses behind one that is listened on: of "any", those of this machine that others can use, the
    /// loopback last.</summary>
    /// <param name="listening">Null when nothing is listened on.</param>
    public static IReadOnlyList<string> Of(IPEndPoint? listening)
    {
        if (listening is null)
            return [];
        if (!listening.Address.Equals(IPAddress.Any) && !listening.Address.Equals(IPAddress.IPv6Any))
            return [listening.ToString()];
        return [.. Own(listening.AddressFamily).Append(IPAddress.Loopback)
            .Select(a => new IPEndPoint(a, listening.Port).ToString())];
    }

    private static IEnumerable<IPAddress> Own(AddressFamily family) => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up
            && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .Where(a => (a.AddressFamily == AddressFamily.InterNetwork || a.AddressFamily == family)
            && !a.IsIPv6LinkLocal && !IPAddress.IsLoopback(a))
        .OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1);
}
