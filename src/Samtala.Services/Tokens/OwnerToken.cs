using System.Security.Cryptography;

namespace Samtala.Services.Tokens;

/// <summary>The file api.token in the data folder: the owner's secret, readable by nobody else.</summary>
public static class OwnerToken
{
    /// <summary>The file's name.</summary>
    public const string FileName = "api.token";

    /// <summary>Reads the secret; makes it at the first start.</summary>
    /// <param name="dataFolder">The data folder; exists.</param>
    /// <param name="random">The source of the secret.</param>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static string LoadOrCreate(string dataFolder, RandomNumberGenerator random)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (File.Exists(path))
        {
            Close(path);
            var kept = File.ReadAllText(path).Trim();
            if (kept.Length is >= 32 and <= TokenStore.SecretSizeMax)
                return kept;
        }

        var secret = TokenStore.MakeSecret(random);
        // Written beside and renamed: a crash leaves the old file or the new one, never half of it.
        var draft = path + ".new";
        File.Delete(draft);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (FileStream file = new(draft, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(secret + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        return secret;
    }

    private static void Close(string path)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~owner) != UnixFileMode.None)
            File.SetUnixFileMode(path, owner);
    }
}
