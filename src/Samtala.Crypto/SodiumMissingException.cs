namespace Samtala.Crypto;

/// <summary>libsodium is not installed, or it refused to start. The message says what to install.</summary>
public sealed class SodiumMissingException : Exception
{
    /// <summary>The code `samtala explain` knows.</summary>
    public const string Code = "SAM0121";

    internal SodiumMissingException(string detail, Exception? inner = null)
        : base(
            $"{Code}: libsodium 1.0.18 or newer is needed and {detail}. Install it and start again: "
            + "Debian, Ubuntu: apt-get install libsodium23; Fedora: dnf install libsodium; "
            + "macOS: brew install libsodium; "
            + "Windows: put libsodium.dll from a libsodium release beside the samtala executable.",
            inner)
    {
    }
}
