using System.Diagnostics.CodeAnalysis;
using Samtala.Crypto;

namespace Samtala.Hypercore.Blobs;

/// <summary>Names immutable bytes: the key of the static log that holds them.</summary>
/// <param name="Key">The hash of that log's manifest.</param>
public readonly record struct BlobId(Hash32 Key)
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Hash32.Size;

    /// <summary>Copies the bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public BlobId(ReadOnlySpan<byte> bytes)
        : this(new Hash32(bytes))
    {
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="id">The id; all zero when refused.</param>
    /// <returns>False when the text is anything else.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out BlobId id)
    {
        bool valid = Hash32.TryParse(text, out Hash32 key);
        id = new BlobId(key);
        return valid;
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="FormatException">Anything else.</exception>
    public static BlobId Parse(string text) => new(Hash32.Parse(text));

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Key.ToString();
}
