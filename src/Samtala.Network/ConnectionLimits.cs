using System.Net;
using System.Net.Sockets;

namespace Samtala.Network;

/// <summary>Counts connections, in all and per address, and says when there are enough.</summary>
internal sealed class ConnectionLimits(PeerHubOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Counts> _byAddress = [];
    private int _connections;
    private int _handshakes;

    internal int HandshakeCount
    {
        get
        {
            lock (_gate)
                return _handshakes;
        }
    }

    /// <summary>Takes a place for an outgoing connection.</summary>
    internal bool TryAddOutgoing()
    {
        lock (_gate)
        {
            if (_connections >= options.ConnectionsMax)
                return false;
            _connections++;
            return true;
        }
    }

    /// <summary>Takes a place for an incoming connection that begins its handshake.</summary>
    internal bool TryAddIncoming(IPAddress address)
    {
        IPAddress key = KeyOf(address);
        lock (_gate)
        {
            _byAddress.TryGetValue(key, out Counts counts);
            if (_connections >= options.ConnectionsMax
                || _handshakes >= options.HandshakesMax
                || counts.Connections >= options.ConnectionsPerAddressMax
                || counts.Handshakes >= options.HandshakesPerAddressMax)
            {
                return false;
            }

            _connections++;
            _handshakes++;
            _byAddress[key] = new Counts(counts.Connections + 1, counts.Handshakes + 1);
            return true;
        }
    }

    /// <summary>The handshake of an incoming connection has ended, well or not.</summary>
    internal void EndHandshake(IPAddress address)
    {
        IPAddress key = KeyOf(address);
        lock (_gate)
        {
            _handshakes--;
            Counts counts = _byAddress[key];
            _byAddress[key] = counts with { Handshakes = counts.Handshakes - 1 };
        }
    }

    internal void RemoveOutgoing()
    {
        lock (_gate)
            _connections--;
    }

    internal void RemoveIncoming(IPAddress address)
    {
        IPAddress key = KeyOf(address);
        lock (_gate)
        {
            _connections--;
            Counts counts = _byAddress[key];
            if (counts.Connections == 1)
                _byAddress.Remove(key);
            else
                _byAddress[key] = counts with { Connections = counts.Connections - 1 };
        }
    }

    /// <summary>One IPv4 address, or one IPv6 /64: that is what one household gets.</summary>
    internal static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private readonly record struct Counts(int Connections, int Handshakes);
}
