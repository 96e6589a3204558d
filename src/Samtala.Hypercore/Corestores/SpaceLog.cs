using System.Buffers.Binary;
using System.Text;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Corestores;

/// <summary>Which log of a writer: every member of a space derives its key, strangers cannot. Source: docs/hyperbee.md,
/// "Names".</summary>
/// <param name="Writer">The writer's key in this space.</param>
/// <param name="Space">The id of the space.</param>
/// <param name="Type">What the log holds, 1 to <see cref="TypeSizeMax"/> bytes of UTF-8.</param>
/// <param name="Incarnation">0 for the first; one more whenever the writer could not be sure of its own head.</param>
public sealed record SpaceLog(PublicKey Writer, Hash32 Space, string Type, uint Incarnation)
{
    /// <summary>Most bytes of a type.</summary>
    public const int TypeSizeMax = 128;

    /// <summary>What the log holds, 1 to <see cref="TypeSizeMax"/> bytes of UTF-8.</summary>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    public string Type { get; init => field = Checked(value); } = Checked(Type);

    private static ReadOnlySpan<byte> Label => "samtala/log/1"u8;

    /// <summary>The manifest; its hash is the key of the log.</summary>
    /// <param name="spaceSecret">Known to members only; null in a public space.</param>
    public Manifest ToManifest(SymmetricKey? spaceSecret)
    {
        // Only the type has no fixed size, so no two different names have the same bytes.
        Span<byte> name = stackalloc byte[Label.Length + Hash32.Size + TypeSizeMax + sizeof(uint)];
        Label.CopyTo(name);
        Space.Bytes.CopyTo(name[Label.Length..]);
        int position = Label.Length + Hash32.Size;
        position += Encoding.UTF8.GetBytes(Type, name[position..]);
        BinaryPrimitives.WriteUInt32LittleEndian(name[position..], Incarnation);
        name = name[..(position + sizeof(uint))];
        return Manifest.Create(new ManifestParts
        {
            Version = 1,
            Signers = [new ManifestSigner(NamespaceOf(name, spaceSecret), Writer)],
        });
    }

    private static string Checked(string type)
    {
        int size = Encoding.UTF8.GetByteCount(type);
        return size is > 0 and <= TypeSizeMax
            ? type
            : throw new ArgumentException($"A type has 1 to {TypeSizeMax} bytes, not {size}.", nameof(type));
    }

    private static Hash32 NamespaceOf(ReadOnlySpan<byte> name, SymmetricKey? spaceSecret)
    {
        if (spaceSecret is null)
            return Blake2b.HashKeyed(default(Hash32).Bytes, name);
        using SecretLease secret = spaceSecret.Open();
        return Blake2b.HashKeyed(secret.Bytes, name);
    }
}
