using System.Net;
using System.Net.Sockets;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>Stands between two nodes and changes a bit now and then in what the served one sends.</summary>
internal sealed class FlippingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _target;
    private readonly Task _serving;
    private long _sent;
    private int _flipped;

    public FlippingProxy(string target)
    {
        _target = target;
        _listener.Start();
        Address = _listener.LocalEndpoint.ToString()!;
        _serving = ServeAsync();
    }

    public string Address { get; }

    /// <summary>One bit of that many bytes; 0 for none.</summary>
    public int FlipEvery { get; set; }

    public int Flipped => _flipped;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> running = [];
        try
        {
            while (true)
                running.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        using (TcpClient target = new())
        {
            try
            {
                await target.ConnectAsync(IPEndPoint.Parse(_target), _stop.Token);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                var up = CopyAsync(client.GetStream(), target.GetStream(), isServed: false, over.Token);
                var down = CopyAsync(target.GetStream(), client.GetStream(), isServed: true, over.Token);
                await Task.WhenAny(up, down);
                await over.CancelAsync();
                await Task.WhenAll(up, down);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The node is away; whoever dialled sees the same.
            }
        }
    }

    private async Task CopyAsync(
        NetworkStream from, NetworkStream to, bool isServed, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int size;
            while ((size = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (isServed)
                    Spoil(buffer.AsSpan(0, size));
                await to.WriteAsync(buffer.AsMemory(0, size), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // One side hung up.
        }
    }

    private void Spoil(Span<byte> bytes)
    {
        var every = FlipEvery;
        foreach (ref var b in bytes)
        {
            if (every == 0 || ++_sent % every != 0)
                continue;
            b ^= 0x10;
            _flipped++;
        }
    }
}
