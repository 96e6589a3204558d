using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Samtala.Gateway.Listeners;

/// <summary>Who is at the other end of a Unix socket.</summary>
internal interface ISocketPeerFeature
{
    /// <summary>The owner: only the node's own user gets this far.</summary>
    Caller Caller { get; }
}

/// <summary>Asks the system for the user at the other end of a Unix socket. Sources: unix(7) SO_PEERCRED, macOS
/// sys/un.h LOCAL_PEERCRED.</summary>
internal sealed partial class SocketPeer : ISocketPeerFeature
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SolLocal = 0;
    private const int LocalPeerCred = 1;
    private const int UidOffset = 4;
    private const int XucredSize = 76;
    private const int UcredSize = 12;

    private SocketPeer(uint uid) =>
        Caller = new Caller($"socket:{uid.ToString(CultureInfo.InvariantCulture)}", [ScopeRules.Everything]);

    public Caller Caller { get; }

    /// <summary>Lets the node's own user in.</summary>
    /// <returns>Null for any other user.</returns>
    public static SocketPeer? Admit(Socket socket)
    {
        // Windows has no such question; there the folder's permissions are the guard.
        if (OperatingSystem.IsWindows())
            return new SocketPeer(0);
        Span<byte> answer = stackalloc byte[XucredSize];
        var written = OperatingSystem.IsMacOS()
            ? socket.GetRawSocketOption(SolLocal, LocalPeerCred, answer)
            : socket.GetRawSocketOption(SolSocket, SoPeerCred, answer);
        if (written < UcredSize)
            return null;
        var uid = BinaryPrimitives.ReadUInt32LittleEndian(answer[UidOffset..]);
        return uid == OwnUid() ? new SocketPeer(uid) : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint OwnUid();
}
