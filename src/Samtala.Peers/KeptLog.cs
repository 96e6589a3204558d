using System.Collections.Immutable;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Peers;

/// <summary>What the node remembers of one log over restarts.</summary>
public sealed record KeptLog
{
    private const byte Version = 1;
    private const ulong OwnBit = 1;
    private const ulong SharedBit = 2;
    private const ulong DownloadAllBit = 4;
    private const ulong EncryptedBit = 8;
    private const ulong WasSharedBit = 16;
    private const ulong DeletedBit = 32;
    private const ulong IncarnationBit = 64;

    /// <summary>Most peers of one log.</summary>
    public const int PeersMax = 16;

    /// <summary>Longest HOST:PORT in characters.</summary>
    public const int PeerSizeMax = 262;

    /// <summary>Longest label in characters.</summary>
    public const int LabelSizeMax = 128;

    /// <summary>Its key.</summary>
    public required Hash32 Key { get; init; }

    /// <summary>What it is called here; may be empty for a followed one.</summary>
    public required string Label { get; init; }

    /// <summary>Whether this node writes it; its keys then follow from the node's secret and its name.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether whoever knows the key may pull it.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether it ever was shared: then others may know a newer head than a restored backup does.</summary>
    public bool WasShared { get; init; }

    /// <summary>Whether every block is fetched as it appears.</summary>
    public bool DownloadsAll { get; init; }

    /// <summary>Whether its blocks are encrypted. The key of an own log follows from the node's secret.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The block encryption key of a followed log, sealed by <see cref="NodeSecrets"/>; else empty.</summary>
    public ImmutableArray<byte> SealedKey { get; init; } = [];

    /// <summary>HOST:PORT of those who are asked for it.</summary>
    public ImmutableArray<string> Peers { get; init; } = [];

    /// <summary>How many own logs of this label were deleted before: a key is never used for two logs, which would
    /// contradict each other wherever the first is known.</summary>
    public uint Incarnation { get; init; }

    /// <summary>Deleted, and remembered only so that its key is not used again.</summary>
    internal bool IsDeleted { get; init; }

    /// <summary>What the keys of an own log follow from, besides the node's secret.</summary>
    internal string Name => Incarnation == 0 ? Label : $"{Label}\0{Incarnation}";

    internal byte[] Encode()
    {
        var size = 1 + 1 + CompactSize.OfString(Label) + CompactSize.OfBuffer(SealedKey.Length)
            + CompactSize.OfUInt((ulong)Peers.Length) + Peers.Sum(p => CompactSize.OfString(p))
            + (Incarnation > 0 ? CompactSize.OfUInt(Incarnation) : 0);
        var bytes = new byte[size];
        CompactWriter writer = new(bytes);
        writer.WriteFixedUInt(1, Version);
        writer.WriteUInt(
            (IsOwn ? OwnBit : 0) | (IsShared ? SharedBit : 0) | (DownloadsAll ? DownloadAllBit : 0)
            | (IsEncrypted ? EncryptedBit : 0) | (WasShared ? WasSharedBit : 0)
            | (IsDeleted ? DeletedBit : 0) | (Incarnation > 0 ? IncarnationBit : 0));
        writer.WriteString(Label);
        writer.WriteBuffer(SealedKey.AsSpan());
        writer.WriteArrayCount(Peers.Length);
        foreach (var peer in Peers)
            writer.WriteString(peer);
        if (Incarnation > 0)
            writer.WriteUInt(Incarnation);
        return bytes;
    }

    /// <returns>Null when the bytes are no such record.</returns>
    internal static KeptLog? Decode(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        CompactReader reader = new(value);
        if (key.Length != Hash32.Size
            || !reader.TryReadFixedUInt(1, out var version) || version != Version
            || !reader.TryReadUInt(out var flags) || !reader.TryReadString(out var label)
            || !reader.TryReadBuffer(out var sealedKey) || !reader.TryReadArrayCount(1, out var count)
            || count > PeersMax)
        {
            return null;
        }

        var peers = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadString(out var peer))
                return null;
            peers.Add(peer);
        }

        ulong incarnation = 0;
        if ((flags & IncarnationBit) != 0 && !reader.TryReadUInt(uint.MaxValue, out incarnation))
            return null;
        return new KeptLog
        {
            Key = new Hash32(key),
            Label = label,
            IsOwn = (flags & OwnBit) != 0,
            IsShared = (flags & SharedBit) != 0,
            DownloadsAll = (flags & DownloadAllBit) != 0,
            IsEncrypted = (flags & EncryptedBit) != 0,
            WasShared = (flags & WasSharedBit) != 0,
            IsDeleted = (flags & DeletedBit) != 0,
            Incarnation = (uint)incarnation,
            SealedKey = [.. sealedKey],
            Peers = peers.ToImmutable(),
        };
    }
}
