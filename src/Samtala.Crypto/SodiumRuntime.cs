using System.Runtime.InteropServices;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>libsodium as found on this machine; ask once at start-up, before any key is touched.</summary>
public static unsafe class SodiumRuntime
{
    /// <summary>Loads and starts the library.</summary>
    /// <returns>Its version, such as "1.0.18".</returns>
    /// <exception cref="SodiumMissingException">It is not installed or does not start.</exception>
    public static string EnsureStarted() =>
        Marshal.PtrToStringUTF8((nint)Sodium.sodium_version_string()) ?? "unknown";
}
