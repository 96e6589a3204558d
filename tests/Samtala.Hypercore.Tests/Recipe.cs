using Samtala.Crypto;

namespace Samtala.Hypercore.Tests;

/// <summary>Bytes that vector files describe instead of holding.</summary>
internal static class Recipe
{
    /// <summary>concat over i of blake2b-256(label + "#" + i), truncated.</summary>
    public static byte[] Content(string label, int length)
    {
        byte[] content = new byte[length];
        for (int i = 0, at = 0; at < length; i++, at += Hash32.Size)
        {
            Hash32 piece = Blake2b.HashData(System.Text.Encoding.UTF8.GetBytes($"{label}#{i}"));
            piece.Bytes[..Math.Min(Hash32.Size, length - at)].CopyTo(content.AsSpan(at));
        }

        return content;
    }
}
