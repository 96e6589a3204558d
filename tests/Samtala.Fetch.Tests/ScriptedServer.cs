using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Samtala.Fetch.Tests;

/// <summary>An HTTP server that says exactly what it is told to, well or badly, and then hangs up.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, byte[]?> _answer;
    private readonly Task _serving;

    /// <summary>Answers a request's head; null never answers.</summary>
    public ScriptedServer(Func<string, byte[]?> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public ScriptedServer(Func<string, string?> answer)
        : this(head => answer(head) is { } text ? Encoding.Latin1.GetBytes(text) : null)
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Keep the connection after the answer, and send nothing more.</summary>
    public bool Stalls { get; init; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> clients = [];
        try
        {
            while (true)
                clients.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[4096];
                while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var read = await stream.ReadAsync(buffer, _stopping.Token);
                    if (read == 0)
                        return;
                    head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }

                Heads.Enqueue(head.ToString());
                if (_answer(head.ToString()) is not { } bytes)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
                else
                    await stream.WriteAsync(bytes, _stopping.Token);
                if (Stalls)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The test is over, or the client hung up first.
            }
        }
    }
}

/// <summary>A network of names: each resolves to what the test says, every connection ends at one loopback port, and
/// every address that was dialled is written down.</summary>
internal sealed class NamedNetwork(int port) : IDialer
{
    private readonly SocketDialer _real = new();
    private readonly ConcurrentDictionary<string, Queue<string[]>> _names = new(StringComparer.OrdinalIgnoreCase);

    public ConcurrentQueue<IPEndPoint> Dialled { get; } = new();

    /// <summary>Each look-up takes the next answer; the last one stays.</summary>
    public NamedNetwork Name(string host, params string[][] answers)
    {
        _names[host] = new Queue<string[]>(answers);
        return this;
    }

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return new([literal]);
        if (!_names.TryGetValue(host, out var answers))
            throw new SocketException((int)SocketError.HostNotFound);
        lock (answers)
        {
            var answer = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
            return new([.. answer.Select(IPAddress.Parse)]);
        }
    }

    public ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        Dialled.Enqueue(target);
        return _real.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
    }
}
