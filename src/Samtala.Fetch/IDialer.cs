using System.Net;
using System.Net.Sockets;

namespace Samtala.Fetch;

/// <summary>Finds addresses and connects to them; in tests, without a network.</summary>
public interface IDialer
{
    /// <summary>Finds the addresses of a name.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);

    /// <summary>Connects to one address, which was checked before.</summary>
    /// <param name="target">Where.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The connection; the caller disposes it.</returns>
    /// <exception cref="SocketException">Nobody answers.</exception>
    ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken);
}

/// <summary>The real network.</summary>
public sealed class SocketDialer : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
