using System.Net;
using Samtala.Testing;

namespace Samtala.Network.Tests;

/// <summary>Takes everything it is given to send, like a socket, and lets time go on by what a slow line needs.
/// </summary>
internal sealed class SlowTransport(ITransport inner, SimClock clock, int bytesPerSecond) : ITransport
{
    public ITransportListener Listen(IPEndPoint local) => inner.Listen(local);

    public async ValueTask<ITransportConnection> DialAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        new Connection(await inner.DialAsync(remote, cancellationToken), clock, bytesPerSecond);

    private sealed class Connection(ITransportConnection inner, SimClock clock, int bytesPerSecond)
        : ITransportConnection
    {
        public IPEndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
            inner.ReceiveAsync(buffer, cancellationToken);

        public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            for (int sent = 0; sent < bytes.Length;)
            {
                int count = await inner.SendAsync(bytes[sent..], cancellationToken);
                sent += count;
                clock.Advance(TimeSpan.FromSeconds((double)count / bytesPerSecond));
            }

            return bytes.Length;
        }

        public void FinishSending() => inner.FinishSending();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
