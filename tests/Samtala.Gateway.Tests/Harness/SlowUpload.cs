using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Samtala.Gateway.Tests.Harness;

/// <summary>A caller of HTTP/2, frame by frame, who sends the body only when the answer's headers are there.</summary>
internal sealed class SlowUpload : IDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private readonly TcpClient _client = new();
    private NetworkStream? _stream;

    /// <summary>Sends a POST that announces a body and, if it is to be sent at all, the late body; reads until the
    /// stream ends.</summary>
    /// <returns>The answer's body; null when the stream was reset.</returns>
    public async Task<string?> PostAsync(
        int port, string path, byte[] sent, bool sendsBody, CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        _stream = _client.GetStream();
        await _stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), cancellationToken);
        await SendAsync(Settings, 0, 0, []);
        await SendAsync(Headers, EndHeaders, 1, HeaderBlock($"127.0.0.1:{port}", path, sent.Length));
        var body = new StringBuilder();
        while (true)
        {
            var (kind, flags, stream, content) = await ReadAsync(cancellationToken);
            if (kind == Settings && (flags & EndStream) == 0)
                await SendAsync(Settings, EndStream, 0, []);
            if (stream != 1)
                continue;
            if (kind == Reset)
                return null;
            if (kind == Headers && sendsBody)
                await SendAsync(Data, EndStream, 1, sent);
            if (kind == Data)
                body.Append(Encoding.UTF8.GetString(content));
            if ((flags & EndStream) != 0)
                return await IsResetAsync(cancellationToken) ? null : body.ToString();
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _client.Dispose();
    }

    /// <summary>A PING comes back after whatever the server had to say about the stream.</summary>
    private async Task<bool> IsResetAsync(CancellationToken cancellationToken)
    {
        const byte ping = 6;
        await SendAsync(ping, 0, 0, new byte[8]);
        while (true)
        {
            var (kind, _, stream, _) = await ReadAsync(cancellationToken);
            if (kind == Reset && stream == 1)
                return true;
            if (kind == ping)
                return false;
        }
    }

    private static byte[] HeaderBlock(string authority, string path, int length)
    {
        var block = new MemoryStream();
        (string Name, string Value)[] fields =
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", authority),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", length.ToString(CultureInfo.InvariantCulture)),
        ];
        foreach (var (name, value) in fields)
        {
            // Literal without indexing, new name (RFC 7541, 6.2.2).
            block.WriteByte(0);
            foreach (var text in new[] { name, value })
            {
                block.WriteByte((byte)text.Length);
                block.Write(Encoding.ASCII.GetBytes(text));
            }
        }

        return block.ToArray();
    }

    private async Task SendAsync(byte kind, byte flags, int stream, byte[] content)
    {
        var frame = new byte[9 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, content.Length << 8 | kind);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        content.CopyTo(frame, 9);
        await _stream!.WriteAsync(frame);
    }

    private async Task<(byte Kind, byte Flags, int Stream, byte[] Content)> ReadAsync(
        CancellationToken cancellationToken)
    {
        var head = new byte[9];
        await _stream!.ReadExactlyAsync(head, cancellationToken);
        var content = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
        await _stream!.ReadExactlyAsync(content, cancellationToken);
        return (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), content);
    }
}
