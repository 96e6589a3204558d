using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Peers;

namespace Samtala.Node.Start;

/// <summary>This device's Ed25519 key: made at the first start, kept in DATA/device.key (0600), never moved.</summary>
internal static class DeviceKey
{
    private const string FileName = "device.key";

    /// <summary>Everything that follows from the key; the caller disposes it.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or is not a seed.</exception>
    public static NodeSecrets LoadOrCreate(string data, SecretSlab slab, RandomNumberGenerator random)
    {
        var path = Path.Combine(data, FileName);
        if (!File.Exists(path))
            Create(path, random);
        var seed = File.ReadAllBytes(path);
        try
        {
            if (seed.Length != SecretKey.SeedSize)
            {
                throw new InvalidDataException(
                    $"{path} has {seed.Length} bytes, not {SecretKey.SeedSize}. Restore it from a backup, or delete it "
                    + "to become a new device.");
            }

            return new NodeSecrets(slab, seed, random);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static void Create(string path, RandomNumberGenerator random)
    {
        var seed = new byte[SecretKey.SeedSize];
        random.GetBytes(seed);
        var draft = path + ".new";
        File.Delete(draft);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (FileStream file = new(draft, options))
        {
            file.Write(seed);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        CryptographicOperations.ZeroMemory(seed);
    }
}
