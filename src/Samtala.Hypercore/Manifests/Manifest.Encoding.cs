using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Hypercore.Manifests;

public sealed partial class Manifest
{
    private const ulong HashBlake2b = 0;
    private const ulong SignatureEd25519 = 0;
    private const int SignerSize = 1 + Hash32.Size + PublicKey.Size;

    [Flags]
    private enum Flags
    {
        None = 0,
        AllowPatch = 1,
        Prologue = 2,
        Linked = 4,
        UserData = 8,
    }

    private enum TypeV0
    {
        Static = 0,
        Single = 1,
        Multiple = 2,
    }

    /// <summary>The bytes whose hash is the key.</summary>
    public byte[] Encode()
    {
        const int NumbersSizeMax = 7 * 9;
        int size = NumbersSizeMax + (Signers.Length * SignerSize) + Hash32.Size
            + ((Linked?.Length ?? 0) * Hash32.Size) + (UserData?.Length ?? 0);
        byte[] target = new byte[size];
        CompactWriter writer = new(target);
        writer.WriteUInt((ulong)Version);
        if (Version == 0)
            WriteV0(ref writer);
        else
            WriteV1(ref writer);
        return target[..writer.Position];
    }

    /// <summary>Reads a stranger's manifest.</summary>
    /// <param name="source">Exactly one manifest.</param>
    /// <param name="manifest">The manifest; null when refused.</param>
    /// <returns>False when it is cut short, of an unknown kind, contradictory or over a limit.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> source, out Manifest? manifest)
    {
        CompactReader reader = new(source);
        if (TryRead(ref reader, out manifest) && reader.IsAtEnd)
            return true;
        manifest = null;
        return false;
    }

    /// <summary>Reads a stranger's manifest out of a message.</summary>
    /// <param name="reader">Stands behind the manifest afterwards; anywhere when refused.</param>
    /// <param name="manifest">The manifest; null when refused.</param>
    internal static bool TryRead(ref CompactReader reader, out Manifest? manifest)
    {
        manifest = null;
        if (!reader.TryReadUInt(VersionMax, out ulong version) || !reader.TryReadUInt(out ulong first))
            return false;

        // Version 0 has the hash kind here, later versions the flags before the hash kind.
        Manifest? read = version == 0
            ? (first == HashBlake2b ? ReadV0(ref reader) : null)
            : ReadV1(ref reader, (int)version, first);
        if (read is null || read.FindProblem() is not null)
            return false;
        manifest = read;
        return true;
    }

    private static Manifest? ReadV0(ref CompactReader reader)
    {
        if (!reader.TryReadUInt(out ulong type))
            return null;
        if (type == (ulong)TypeV0.Static)
        {
            return reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> hash)
                ? new Manifest(0) { Prologue = new ManifestPrologue(new Hash32(hash), 0) }
                : null;
        }

        if (type == (ulong)TypeV0.Single)
        {
            return TryReadSigner(ref reader, out ManifestSigner? signer)
                ? new Manifest(0) { Quorum = 1, Signers = [signer!] }
                : null;
        }

        bool valid = reader.TryReadUInt(out ulong flags) & reader.TryReadUInt(SignerCountMax, out ulong quorum);
        return type == (ulong)TypeV0.Multiple && valid && TryReadSigners(ref reader, out var signers)
            ? new Manifest(0)
            {
                AllowPatch = ((Flags)flags).HasFlag(Flags.AllowPatch),
                Quorum = (int)quorum,
                Signers = signers,
            }
            : null;
    }

    private static Manifest? ReadV1(ref CompactReader reader, int version, ulong flagBits)
    {
        Flags flags = (Flags)(flagBits & (ulong)(Flags.AllowPatch | Flags.Prologue | Flags.Linked | Flags.UserData));
        if (!reader.TryReadUInt(HashBlake2b, out _)
            || !reader.TryReadUInt(SignerCountMax, out ulong quorum)
            || !TryReadSigners(ref reader, out ImmutableArray<ManifestSigner> signers))
        {
            return null;
        }

        ManifestPrologue? prologue = null;
        if (flags.HasFlag(Flags.Prologue) && !TryReadPrologue(ref reader, out prologue))
            return null;
        ImmutableArray<Hash32>? linked = null;
        if (flags.HasFlag(Flags.Linked) && !TryReadLinked(ref reader, out linked))
            return null;
        ReadOnlyMemory<byte>? userData = null;
        if (flags.HasFlag(Flags.UserData))
        {
            if (!reader.TryReadBuffer(out ReadOnlySpan<byte> bytes) || bytes.Length > UserDataSizeMax)
                return null;
            userData = bytes.ToArray();
        }

        return new Manifest(version)
        {
            AllowPatch = flags.HasFlag(Flags.AllowPatch),
            Quorum = (int)quorum,
            Signers = signers,
            Prologue = prologue,
            Linked = linked,
            UserData = userData,
        };
    }

    private static bool TryReadPrologue(ref CompactReader reader, out ManifestPrologue? prologue)
    {
        prologue = null;
        if (!reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> hash) || !reader.TryReadUInt(out ulong length))
            return false;
        prologue = new ManifestPrologue(new Hash32(hash), length);
        return true;
    }

    private static bool TryReadLinked(ref CompactReader reader, out ImmutableArray<Hash32>? linked)
    {
        linked = null;
        if (!reader.TryReadArrayCount(Hash32.Size, out int count) || count > LinkedCountMax)
            return false;
        var keys = ImmutableArray.CreateBuilder<Hash32>(count);
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> key))
                return false;
            keys.Add(new Hash32(key));
        }

        linked = keys.MoveToImmutable();
        return true;
    }

    private static bool TryReadSigners(ref CompactReader reader, out ImmutableArray<ManifestSigner> signers)
    {
        signers = [];
        if (!reader.TryReadArrayCount(SignerSize, out int count) || count > SignerCountMax)
            return false;
        var read = ImmutableArray.CreateBuilder<ManifestSigner>(count);
        for (int i = 0; i < count; i++)
        {
            if (!TryReadSigner(ref reader, out ManifestSigner? signer))
                return false;
            read.Add(signer!);
        }

        signers = read.MoveToImmutable();
        return true;
    }

    private static bool TryReadSigner(ref CompactReader reader, out ManifestSigner? signer)
    {
        signer = null;
        if (!reader.TryReadUInt(SignatureEd25519, out _)
            || !reader.TryReadFixed(Hash32.Size, out ReadOnlySpan<byte> space)
            || !reader.TryReadFixed(PublicKey.Size, out ReadOnlySpan<byte> key))
        {
            return false;
        }

        signer = new ManifestSigner(new Hash32(space), new PublicKey(key));
        return true;
    }

    private static void WriteSigner(ref CompactWriter writer, ManifestSigner signer)
    {
        writer.WriteUInt(SignatureEd25519);
        writer.WriteFixed(signer.Namespace.Bytes);
        writer.WriteFixed(signer.PublicKey.Bytes);
    }

    private void WriteSigners(ref CompactWriter writer)
    {
        writer.WriteArrayCount(Signers.Length);
        foreach (ManifestSigner signer in Signers)
            WriteSigner(ref writer, signer);
    }

    private void WriteV0(ref CompactWriter writer)
    {
        writer.WriteUInt(HashBlake2b);
        if (Prologue is not null && Signers.Length == 0)
        {
            writer.WriteUInt((ulong)TypeV0.Static);
            writer.WriteFixed(Prologue.Hash.Bytes);
        }
        else if (Quorum == 1 && Signers.Length == 1 && !AllowPatch)
        {
            writer.WriteUInt((ulong)TypeV0.Single);
            WriteSigner(ref writer, Signers[0]);
        }
        else
        {
            writer.WriteUInt((ulong)TypeV0.Multiple);
            writer.WriteUInt(AllowPatch ? (ulong)Flags.AllowPatch : 0);
            writer.WriteUInt((ulong)Quorum);
            WriteSigners(ref writer);
        }
    }

    private void WriteV1(ref CompactWriter writer)
    {
        Flags flags = (AllowPatch ? Flags.AllowPatch : Flags.None)
            | (Prologue is null ? Flags.None : Flags.Prologue)
            | (Linked is null ? Flags.None : Flags.Linked)
            | (UserData is null ? Flags.None : Flags.UserData);
        writer.WriteUInt((ulong)flags);
        writer.WriteUInt(HashBlake2b);
        writer.WriteUInt((ulong)Quorum);
        WriteSigners(ref writer);
        if (Prologue is not null)
        {
            writer.WriteFixed(Prologue.Hash.Bytes);
            writer.WriteUInt(Prologue.Length);
        }

        if (Linked is { } linked)
        {
            writer.WriteArrayCount(linked.Length);
            foreach (ref readonly Hash32 key in linked.AsSpan())
                writer.WriteFixed(key.Bytes);
        }

        if (UserData is { } userData)
            writer.WriteBuffer(userData.Span);
    }
}
