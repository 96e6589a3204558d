using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>What a peer says of its log as a whole.</summary>
[Flags]
public enum SyncAbilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It can prove an upgrade from the length it saw of the other side.</summary>
    CanUpgrade = 1,

    /// <summary>It answers requests.</summary>
    Uploading = 2,

    /// <summary>It makes requests.</summary>
    Downloading = 4,

    /// <summary>It has the manifest.</summary>
    HasManifest = 8,

    /// <summary>It takes data it did not ask for.</summary>
    AllowPush = 16,
}

/// <summary>Where a peer stands.</summary>
/// <param name="Abilities">What it can and does; unknown bits of the sender are dropped.</param>
/// <param name="Fork">Its fork.</param>
/// <param name="Length">Its length in blocks.</param>
/// <param name="RemoteLength">The last length it saw of the other side; 0 when the forks differ.</param>
public readonly record struct SyncMessage(SyncAbilities Abilities, ulong Fork, ulong Length, ulong RemoteLength)
{
    private const SyncAbilities Known = SyncAbilities.CanUpgrade | SyncAbilities.Uploading | SyncAbilities.Downloading
        | SyncAbilities.HasManifest | SyncAbilities.AllowPush;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size =>
        1 + CompactSize.OfUInt(Fork) + CompactSize.OfUInt(Length) + CompactSize.OfUInt(RemoteLength);

    /// <summary>Reads a stranger's bytes; what follows is ignored.</summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out SyncMessage message)
    {
        CompactReader reader = new(source.Span);
        bool read = reader.TryReadUInt(out ulong flags)
            & reader.TryReadUInt(out ulong fork)
            & reader.TryReadUInt(out ulong length)
            & reader.TryReadUInt(out ulong remoteLength);
        message = read ? new SyncMessage((SyncAbilities)(flags & (ulong)Known), fork, length, remoteLength) : default;
        return read;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt((ulong)Abilities);
        writer.WriteUInt(Fork);
        writer.WriteUInt(Length);
        writer.WriteUInt(RemoteLength);
    }
}
