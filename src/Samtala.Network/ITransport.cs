using System.Net;

namespace Samtala.Network;

/// <summary>Carries bytes between machines: TCP, or a simulation.</summary>
/// <remarks>What the network refuses is an <see cref="IOException"/>; thread-safe.</remarks>
public interface ITransport
{
    /// <summary>Begins to listen.</summary>
    /// <param name="local">Where; port 0 is any free one.</param>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    ITransportListener Listen(IPEndPoint local);

    /// <summary>Connects.</summary>
    /// <param name="remote">Where to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">Nobody answers there, or the network refuses.</exception>
    /// <exception cref="TimeoutException">Nobody answered in time.</exception>
    ValueTask<ITransportConnection> DialAsync(IPEndPoint remote, CancellationToken cancellationToken);
}

/// <summary>Takes connections. Disposing stops; taken ones live on.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>The address, with the port that was chosen.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Waits for the next connection.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The connection; the caller disposes it.</returns>
    /// <exception cref="IOException">The system is short of something; later it may work again.</exception>
    ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken);
}

/// <summary>A reliable, ordered stream of bytes both ways. Disposing ends it at once.</summary>
/// <remarks>One receive and one send at a time; both together are fine.</remarks>
public interface ITransportConnection : IAsyncDisposable
{
    /// <summary>Where the other side is.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>Waits for bytes.</summary>
    /// <param name="buffer">Where they go; not empty.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many came; 0 once the other side has finished.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends bytes.</summary>
    /// <param name="bytes">Not empty.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were taken, at least 1.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Tells the other side that nothing more comes; it may still send.</summary>
    void FinishSending();
}
