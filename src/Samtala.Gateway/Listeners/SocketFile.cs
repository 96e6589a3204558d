using System.Net.Sockets;

namespace Samtala.Gateway.Listeners;

/// <summary>Prepares the place of the Unix socket.</summary>
internal static class SocketFile
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder and removes a socket that a killed node left behind.</summary>
    /// <exception cref="GatewayException">The path is too long, or another node answers there.</exception>
    public static void Prepare(string path)
    {
        var limit = OperatingSystem.IsLinux() ? 107 : 103;
        if (System.Text.Encoding.UTF8.GetByteCount(path) > limit)
        {
            throw new GatewayException("SAM0520",
                $"The socket path '{path}' is longer than the {limit} bytes this system allows. " +
                "Give a shorter one with --socket.");
        }

        MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path))
            return;
        if (IsAnswering(path))
        {
            throw new GatewayException("SAM0521",
                $"Another node answers on '{path}'. Stop it ('samtala stop'), or give this one another --socket.");
        }

        File.Delete(path);
    }

    /// <summary>Lets only the owner connect.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly);
    }

    private static bool IsAnswering(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
