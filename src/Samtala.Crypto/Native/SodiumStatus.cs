using System.Security.Cryptography;

namespace Samtala.Crypto.Native;

internal static class SodiumStatus
{
    /// <summary>For calls that cannot fail once their sizes were checked.</summary>
    internal static void Check(int status)
    {
        if (status != 0)
            throw new CryptographicException($"libsodium refused arguments that were checked (status {status}).");
    }
}
