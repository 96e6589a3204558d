using System.Buffers.Binary;
using Samtala.Crypto;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Pages;

/// <summary>Where logs lie in the store. Source: docs/logs.md, "On disk".</summary>
internal static class LogKeyspaces
{
    /// <summary>Log key → local number and state. Ordered, so that logs can be listed.</summary>
    internal static readonly Keyspace Directory = Keyspace.Ordered("log");

    /// <summary>Discovery key → log key.</summary>
    internal static readonly Keyspace Discovery = Keyspace.Exact("log-disc");

    /// <summary>What belongs to no log: the next number, the era.</summary>
    internal static readonly Keyspace Common = Keyspace.Exact("log-all");

    /// <summary>Number → manifest.</summary>
    internal static readonly Keyspace Manifests = Keyspace.Exact("log-man");

    /// <summary>Number → <see cref="LogRecord"/>.</summary>
    internal static readonly Keyspace Heads = Keyspace.Exact("log-head");

    /// <summary>Number → the pairs of the application.</summary>
    internal static readonly Keyspace UserData = Keyspace.Exact("log-user");

    /// <summary>Number → the proof that froze the log.</summary>
    internal static readonly Keyspace Conflicts = Keyspace.Exact("log-conf");

    /// <summary>Number, level, page number → <see cref="NodePage"/>.</summary>
    internal static readonly Keyspace Pages = Keyspace.Exact("log-page");

    /// <summary>Number, page number → which blocks are here, beyond the contiguous ones.</summary>
    internal static readonly Keyspace Bits = Keyspace.Exact("log-bits");

    /// <summary>Extent → <see cref="ExtentUse"/>.</summary>
    internal static readonly Keyspace Extents = Keyspace.Exact("log-ext");

    internal static byte[] KeyBytes(in Hash32 key) => key.Bytes.ToArray();

    internal static byte[] NumberKey(ulong number)
    {
        byte[] key = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        return key;
    }

    /// <summary>Writes the key of a page.</summary>
    /// <param name="address">The page.</param>
    /// <param name="target">16 bytes.</param>
    internal static void WritePageKey(in PageAddress address, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, address.Log);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], ((ulong)address.Level << 56) | address.Number);
    }

    internal static byte[] PageKey(in PageAddress address)
    {
        byte[] key = new byte[2 * sizeof(ulong)];
        WritePageKey(address, key);
        return key;
    }

    internal static byte[] PairKey(ulong number, ulong part)
    {
        byte[] key = new byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(8), part);
        return key;
    }
}
