using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;

namespace Samtala.Network.Tests;

/// <summary>Connections inside the process, with as little room on the way as a socket has.</summary>
internal sealed class MemoryTransport : ITransport
{
    private readonly ConcurrentDictionary<IPEndPoint, Listener> _listeners = [];
    private int _port = 1000;

    public IPAddress DialerAddress { get; set; } = IPAddress.Loopback;

    public ITransportListener Listen(IPEndPoint local)
    {
        IPEndPoint chosen = new(local.Address, local.Port == 0 ? Interlocked.Increment(ref _port) : local.Port);
        Listener listener = new(this, chosen);
        return _listeners.TryAdd(chosen, listener) ? listener : throw new IOException("In use.");
    }

    public ValueTask<ITransportConnection> DialAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        new(Dial(remote));

    public MemoryConnection Dial(IPEndPoint remote)
    {
        if (!_listeners.TryGetValue(remote, out Listener? listener))
            throw new IOException($"Nobody listens on {remote}.");
        Pipe there = NewPipe();
        Pipe back = NewPipe();
        IPEndPoint local = new(DialerAddress, Interlocked.Increment(ref _port));
        listener.Waiting.Writer.TryWrite(new MemoryConnection(local, there.Reader, back.Writer));
        return new MemoryConnection(remote, back.Reader, there.Writer);
    }

    private static Pipe NewPipe() => new(new PipeOptions(
        pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false));

    private sealed class Listener(MemoryTransport owner, IPEndPoint local) : ITransportListener
    {
        public Channel<MemoryConnection> Waiting { get; } = Channel.CreateUnbounded<MemoryConnection>();

        public IPEndPoint LocalEndPoint { get; } = local;

        public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken) =>
            await Waiting.Reader.ReadAsync(cancellationToken);

        public ValueTask DisposeAsync()
        {
            owner._listeners.TryRemove(LocalEndPoint, out _);
            return ValueTask.CompletedTask;
        }
    }
}

internal sealed class MemoryConnection(IPEndPoint remote, PipeReader reader, PipeWriter writer) : ITransportConnection
{
    private int _isDisposed;

    public IPEndPoint RemoteEndPoint { get; } = remote;

    public bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ReadResult result = await reader.ReadAsync(cancellationToken);
        if (result.Buffer.IsEmpty)
            return 0;
        int count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        var taken = result.Buffer.Slice(0, count);
        System.Buffers.BuffersExtensions.CopyTo(taken, buffer.Span);
        reader.AdvanceTo(taken.End);
        return count;
    }

    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        int count = Math.Min(bytes.Length, 64 * 1024);
        FlushResult result = await writer.WriteAsync(bytes[..count], cancellationToken);
        return result.IsCompleted ? throw new IOException("The connection broke.") : count;
    }

    public void FinishSending() => writer.Complete();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await writer.CompleteAsync();
        await reader.CompleteAsync();
    }
}
