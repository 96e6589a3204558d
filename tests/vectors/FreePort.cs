using System.Net;
using System.Net.Sockets;

namespace Samtala.Vectors;

/// <summary>Ports for servers that must be told one.</summary>
internal static class FreePort
{
    // Below what systems hand out by themselves, or a connection of a test running beside could take it meanwhile.
    private const int First = 12_000;
    private const int Count = 18_000;

    private static int s_next = Environment.ProcessId * 97 % Count;

    /// <summary>A port on which nobody listens, and that this process does not give twice for a long time.</summary>
    public static int Next()
    {
        while (true)
        {
            int port = First + (Interlocked.Increment(ref s_next) % Count);
            try
            {
                using TcpListener probe = new(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
