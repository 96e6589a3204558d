using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Samtala.Gateway.Tests.Harness;

/// <summary>What came back for bytes sent over a socket; status 0 when the connection just closed.</summary>
internal sealed record RawAnswer(int Status, string Text)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public string Header(string name)
    {
        foreach (var line in Text.Split("\r\n"))
        {
            if (line.Length == 0)
                break;
            if (line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))
                return line[(name.Length + 1)..].Trim();
        }

        return "";
    }

    /// <summary>Sends bytes (one char each) and reads the first answer.</summary>
    public static async Task<RawAnswer> GetAsync(int port, string bytes)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(s_patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), timeout.Token);
        var seen = new StringBuilder();
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(bytes), timeout.Token);
            var buffer = new byte[16 * 1024];
            while (!IsWhole(seen.ToString()))
            {
                var read = await socket.ReceiveAsync(buffer, timeout.Token);
                if (read == 0)
                    break;
                seen.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Cut off is an answer too.
        }

        var text = seen.ToString();
        var status = text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            ? int.Parse(text.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture)
            : 0;
        return new RawAnswer(status, text);
    }

    private static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        var head = new RawAnswer(0, text[..(end + 2)]);
        var length = head.Header("Content-Length");
        return length.Length == 0
            ? text.EndsWith("0\r\n\r\n", StringComparison.Ordinal)
                || text.StartsWith("HTTP/1.1 304", StringComparison.Ordinal)
            : text.Length - end - 4 >= int.Parse(length, CultureInfo.InvariantCulture);
    }
}
