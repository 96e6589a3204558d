using System.Net;

namespace Samtala.Fetch;

/// <summary>Counts what crosses the connections of another dialer, in both directions, with headers and encryption.
/// </summary>
/// <param name="inner">The network.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class MeteredDialer(IDialer inner) : IDialer
{
    private long _bytes;

    /// <summary>Bytes received and sent so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        inner.ResolveAsync(host, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken) =>
        new MeteredStream(await inner.ConnectAsync(target, cancellationToken), this);

    private void Count(int bytes) => Interlocked.Add(ref _bytes, bytes);

    private sealed class MeteredStream(Stream inner, MeteredDialer meter) : ForwardStream(inner)
    {
        public override bool CanWrite => true;

        public override void Write(byte[] buffer, int offset, int count)
        {
            meter.Count(count);
            Inner.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            meter.Count(buffer.Length);
            return Inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Inner.FlushAsync(cancellationToken);

        protected override void OnRead(ReadOnlySpan<byte> bytes) => meter.Count(bytes.Length);
    }
}
