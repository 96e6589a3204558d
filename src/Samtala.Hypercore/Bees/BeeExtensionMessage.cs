using System.Collections.Immutable;

namespace Samtala.Hypercore.Bees;

/// <summary>The hints peers of a bee give each other in the log's extension "hyperbee": which blocks a lookup will
/// need. One of the three is set.</summary>
internal sealed record BeeExtensionMessage
{
    /// <summary>The name of the extension.</summary>
    public const string Name = "hyperbee";

    private const int CacheTag = 1;
    private const int GetTag = 2;
    private const int IteratorTag = 3;

    /// <summary>Blocks that will be needed, all of them in [Start, End).</summary>
    public BeeCacheHint? Cache { get; init; }

    /// <summary>Asks for the blocks of one lookup.</summary>
    public BeeGetHint? Get { get; init; }

    /// <summary>Asks for the blocks of a walk; ours takes no part in it, so its bytes are kept as they are.</summary>
    public ReadOnlyMemory<byte>? Iterator { get; init; }

    /// <summary>Reads a message; unknown fields are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out BeeExtensionMessage message)
    {
        message = new BeeExtensionMessage();
        ProtobufReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                return false;
            if (tag is not (CacheTag or GetTag or IteratorTag))
            {
                if (!reader.TrySkip(type))
                    return false;
                continue;
            }

            if (type != ProtobufReader.BytesType || !reader.TryReadBytes(out int start, out int length))
                return false;
            ReadOnlySpan<byte> body = source.Slice(start, length);
            BeeCacheHint? cache = null;
            BeeGetHint? get = null;
            if ((tag == CacheTag && !BeeCacheHint.TryRead(body, out cache))
                || (tag == GetTag && !BeeGetHint.TryRead(body, out get)))
            {
                return false;
            }

            message = tag switch
            {
                CacheTag => message with { Cache = cache },
                GetTag => message with { Get = get },
                _ => message with { Iterator = body.ToArray() },
            };
        }

        return true;
    }

    public byte[] Encode()
    {
        byte[]? cache = Cache?.Encode();
        byte[]? get = Get?.Encode();
        int iteratorSize = Iterator is { } counted ? ProtobufWriter.SizeOfBytes(counted.Length) : 0;
        byte[] bytes = new byte[SizeOf(cache) + SizeOf(get) + iteratorSize];
        ProtobufWriter writer = new(bytes);
        if (cache is not null)
            writer.WriteBytes((CacheTag << 3) | ProtobufReader.BytesType, cache);
        if (get is not null)
            writer.WriteBytes((GetTag << 3) | ProtobufReader.BytesType, get);
        if (Iterator is { } iterator)
            writer.WriteBytes((IteratorTag << 3) | ProtobufReader.BytesType, iterator.Span);
        return bytes;
    }

    private static int SizeOf(byte[]? bytes) => bytes is null ? 0 : ProtobufWriter.SizeOfBytes(bytes.Length);
}

/// <summary>Blocks worth having.</summary>
internal sealed record BeeCacheHint(ulong Start, ulong End, ImmutableArray<ulong> Blocks)
{
    private const byte StartPrefix = 0x08;
    private const byte EndPrefix = 0x10;
    private const byte BlocksPrefix = 0x1a;

    /// <summary>At most one number for each byte is kept, so the message bounds the memory.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out BeeCacheHint? hint)
    {
        hint = null;
        ulong start = 0;
        ulong end = 0;
        ImmutableArray<ulong>.Builder blocks = ImmutableArray.CreateBuilder<ulong>();
        ProtobufReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                return false;
            bool read = (tag, type) switch
            {
                (1, ProtobufReader.VarintType) => reader.TryReadVarint(out start),
                (2, ProtobufReader.VarintType) => reader.TryReadVarint(out end),
                (3, ProtobufReader.BytesType) => TryReadPacked(ref reader, source, blocks),
                _ => reader.TrySkip(type),
            };
            if (!read)
                return false;
        }

        hint = new BeeCacheHint(start, end, blocks.ToImmutable());
        return true;
    }

    public byte[] Encode()
    {
        int packed = Blocks.Sum(ProtobufWriter.SizeOfVarint);
        byte[] bytes = new byte[2 + ProtobufWriter.SizeOfVarint(Start) + ProtobufWriter.SizeOfVarint(End)
            + (packed == 0 ? 0 : ProtobufWriter.SizeOfBytes(packed))];
        ProtobufWriter writer = new(bytes);
        writer.WriteByte(StartPrefix);
        writer.WriteVarint(Start);
        writer.WriteByte(EndPrefix);
        writer.WriteVarint(End);
        if (packed == 0)
            return bytes;
        writer.WriteByte(BlocksPrefix);
        writer.WriteVarint((ulong)packed);
        foreach (ulong block in Blocks)
            writer.WriteVarint(block);
        return bytes;
    }

    private static bool TryReadPacked(
        ref ProtobufReader reader, ReadOnlySpan<byte> source, ImmutableArray<ulong>.Builder blocks)
    {
        if (!reader.TryReadBytes(out int start, out int length))
            return false;
        ProtobufReader packed = new(source.Slice(start, length));
        while (!packed.IsAtEnd)
        {
            if (!packed.TryReadVarint(out ulong block))
                return false;
            blocks.Add(block);
        }

        return true;
    }
}

/// <summary>A lookup somebody is about to do.</summary>
internal sealed record BeeGetHint(ulong Version, ReadOnlyMemory<byte>? Key)
{
    private const byte VersionPrefix = 0x08;
    private const byte KeyPrefix = 0x12;

    public static bool TryRead(ReadOnlySpan<byte> source, out BeeGetHint? hint)
    {
        hint = null;
        ulong version = 0;
        ReadOnlyMemory<byte>? key = null;
        ProtobufReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong tag, out int type))
                return false;
            bool read = false;
            switch ((tag, type))
            {
                case (1, ProtobufReader.VarintType):
                    read = reader.TryReadVarint(out version);
                    break;
                case (2, ProtobufReader.BytesType):
                    read = reader.TryReadBytes(out int start, out int length);
                    key = source.Slice(start, length).ToArray();
                    break;
                default:
                    read = reader.TrySkip(type);
                    break;
            }

            if (!read)
                return false;
        }

        hint = new BeeGetHint(version, key);
        return true;
    }

    public byte[] Encode()
    {
        byte[] bytes = new byte[1 + ProtobufWriter.SizeOfVarint(Version)
            + (Key is { } counted ? ProtobufWriter.SizeOfBytes(counted.Length) : 0)];
        ProtobufWriter writer = new(bytes);
        writer.WriteByte(VersionPrefix);
        writer.WriteVarint(Version);
        if (Key is { } key)
            writer.WriteBytes(KeyPrefix, key.Span);
        return bytes;
    }
}
