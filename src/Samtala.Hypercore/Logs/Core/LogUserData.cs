using System.Collections.Immutable;
using System.Text;
using Samtala.Encodings;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>A few small pairs that belong to a log and are not part of it.</summary>
internal sealed class LogUserData(ImmutableSortedDictionary<string, byte[]> pairs)
{
    private const byte Version = 1;

    private static readonly LogUserData s_empty =
        new(ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal));

    public byte[]? Get(string name) => pairs.GetValueOrDefault(name);

    /// <exception cref="LogException">It does not fit.</exception>
    public LogUserData With(string name, ReadOnlyMemory<byte>? value)
    {
        int keySize = Encoding.UTF8.GetByteCount(name);
        if (keySize is 0 or > LogLimits.UserDataKeySizeMax)
        {
            throw LogErrors.UserDataTooLarge(
                $"a name of user data has 1 to {LogLimits.UserDataKeySizeMax} bytes, not {keySize}");
        }

        LogUserData changed = new(value is { } bytes ? pairs.SetItem(name, bytes.ToArray()) : pairs.Remove(name));
        int size = changed.Size();
        return size <= LogLimits.UserDataSizeMax
            ? changed
            : throw LogErrors.UserDataTooLarge(
                $"user data of a log has at most {LogLimits.UserDataSizeMax} bytes, not {size}");
    }

    public byte[] Encode()
    {
        byte[] target = new byte[Size()];
        target[0] = Version;
        CompactWriter writer = new(target.AsSpan(1));
        foreach ((string name, byte[] value) in pairs)
        {
            writer.WriteBuffer(Encoding.UTF8.GetBytes(name));
            writer.WriteBuffer(value);
        }

        return target[..(1 + writer.Position)];
    }

    public static bool TryDecode(byte[]? source, out LogUserData data)
    {
        data = s_empty;
        if (source is null)
            return true;
        if (source.Length == 0 || source[0] != Version)
            return false;
        CompactReader reader = new(source.AsSpan(1));
        var pairs = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadBuffer(out ReadOnlySpan<byte> name)
                || !reader.TryReadBuffer(out ReadOnlySpan<byte> value))
            {
                return false;
            }

            pairs[Encoding.UTF8.GetString(name)] = value.ToArray();
        }

        data = new LogUserData(pairs.ToImmutable());
        return true;
    }

    private int Size()
    {
        const int LengthSizeMax = 3;
        int size = 1;
        foreach ((string name, byte[] value) in pairs)
            size += Encoding.UTF8.GetByteCount(name) + value.Length + (2 * LengthSizeMax);
        return size;
    }
}
