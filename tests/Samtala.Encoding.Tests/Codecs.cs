using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Encodings.Tests;

internal delegate void WriteCase(ref CompactWriter writer, JsonElement value);

/// <summary>Reads one value and gives what the vector file says of it: text, numbers, arrays, or null.</summary>
internal delegate bool ReadCase(ref CompactReader reader, out object? value);

/// <summary>The names that the vector file gives to forms of encoding.</summary>
internal static class Codecs
{
    public static readonly Dictionary<string, (WriteCase Write, ReadCase Read)> All = new(StringComparer.Ordinal)
    {
        ["none"] = (
            (ref w, v) => { },
            (ref r, out v) => (v = null) is null),
        ["uint"] = (
            (ref w, v) => w.WriteUInt(checked((ulong)Number(v))),
            (ref r, out v) => Keep(r.TryReadUInt(out ulong x), x, out v)),
        ["int"] = (
            (ref w, v) => w.WriteInt((long)Number(v)),
            (ref r, out v) => Keep(r.TryReadInt(out long x), x, out v)),
        ["lexint"] = (
            (ref w, v) => w.WriteLexInt((ulong)Number(v)),
            (ref r, out v) => Keep(r.TryReadLexInt(out ulong x), x, out v)),
        ["uint8"] = Fixed(1),
        ["uint16"] = Fixed(2),
        ["uint24"] = Fixed(3),
        ["uint32"] = Fixed(4),
        ["uint40"] = Fixed(5),
        ["uint48"] = Fixed(6),
        ["uint56"] = Fixed(7),
        ["uint64"] = Fixed(8),
        ["uint32be"] = BigEndian(4),
        ["uint64be"] = BigEndian(8),
        ["int8"] = Signed(1),
        ["int16"] = Signed(2),
        ["int32"] = Signed(4),
        ["biguint64"] = (
            (ref w, v) => w.WriteFixedUInt(8, (ulong)Number(v)),
            (ref r, out v) => Keep(r.TryReadFixedUInt(8, out ulong x), Text(x), out v)),
        ["biguint"] = (
            (ref w, v) => w.WriteBigUInt(Number(v)),
            (ref r, out v) => Keep(r.TryReadBigUInt(out BigInteger x), Text(x), out v)),
        ["bigint"] = (
            (ref w, v) => w.WriteBigInt(Number(v)),
            (ref r, out v) => Keep(r.TryReadBigInt(out BigInteger x), Text(x), out v)),
        ["float32"] = (
            (ref w, v) => w.WriteFloat32((float)v.GetDouble()),
            (ref r, out v) => Keep(r.TryReadFloat32(out float x), (double)x, out v)),
        ["float64"] = (
            (ref w, v) => w.WriteFloat64(v.GetDouble()),
            (ref r, out v) => Keep(r.TryReadFloat64(out double x), x, out v)),
        ["bool"] = (
            (ref w, v) => w.WriteBool(v.GetBoolean()),
            (ref r, out v) => Keep(r.TryReadBool(out bool x), x, out v)),
        ["date"] = (
            (ref w, v) => w.WriteInt((long)Number(v)),
            (ref r, out v) => Keep(r.TryReadInt(out long x), x, out v)),
        ["raw"] = (
            (ref w, v) => w.WriteFixed(Bytes(v)),
            (ref r, out v) => Keep(read: true, Convert.ToHexStringLower(r.ReadRest()), out v)),
        ["buffer"] = (
            (ref w, v) => w.WriteBuffer(Bytes(v)),
            (ref r, out v) => Keep(r.TryReadBuffer(out var x), Convert.ToHexStringLower(x), out v)),
        ["optionalBuffer"] = (
            (ref w, v) => w.WriteBuffer(v.ValueKind == JsonValueKind.Null ? [] : Bytes(v)),
            (ref r, out v) => Keep(r.TryReadBuffer(out var x), x.IsEmpty ? null : Convert.ToHexStringLower(x), out v)),
        ["base64"] = (
            (ref w, v) => w.WriteBuffer(Convert.FromBase64String(v.GetString()!)),
            (ref r, out v) => Keep(r.TryReadBuffer(out var x), Convert.ToBase64String(x), out v)),
        ["string"] = Strings(),
        ["ascii"] = Strings(),
        ["json"] = (
            (ref w, v) => w.WriteString(JsonSerializer.Serialize(v)),
            (ref r, out v) => Keep(r.TryReadString(out string x), JsonElement.Parse(x), out v)),
        ["fixed32"] = FixedBytes(32),
        ["fixed64"] = FixedBytes(64),
        ["array(uint)"] = (
            (ref w, v) =>
            {
                w.WriteArrayCount(v.GetArrayLength());
                foreach (JsonElement item in v.EnumerateArray())
                    w.WriteUInt(item.GetUInt64());
            },
            (ref r, out v) => ReadArray(
                ref r, (ref i, out x) => Keep(i.TryReadUInt(out ulong n), n, out x), out v)),
        ["array(string)"] = (
            (ref w, v) =>
            {
                w.WriteArrayCount(v.GetArrayLength());
                foreach (JsonElement item in v.EnumerateArray())
                    w.WriteString(item.GetString());
            },
            (ref r, out v) => ReadArray(
                ref r, (ref i, out x) => Keep(i.TryReadString(out string s), s, out x), out v)),
        ["frame(string)"] = (
            (ref w, v) =>
            {
                w.WriteUInt((ulong)CompactSize.OfString(v.GetString()));
                w.WriteString(v.GetString());
            },
            (ref r, out v) => Keep(r.TryReadFrame(out var inner) & inner.TryReadString(out string text), text, out v)),
        ["frame(uint)"] = (
            (ref w, v) => throw new NotSupportedException("The file only reads this form."),
            (ref r, out v) => Keep(r.TryReadFrame(out var inner) && inner.TryReadUInt(out _), "", out v)),
        ["uint32array"] = (
            (ref w, v) => w.WriteUInt32Array([.. v.EnumerateArray().Select(e => e.GetUInt32())]),
            (ref r, out v) => Keep(r.TryReadUInt32Array(out uint[] x), x, out v)),
        ["bitarray"] = (WriteBits, ReadBits),
        ["any"] = (
            (ref w, v) => CompactAny.Write(ref w, AnyValues.FromJson(v)),
            (ref r, out v) => Keep(CompactAny.TryRead(ref r, out object? x), AnyValues.ToText(x), out v)),
        ["port"] = (
            (ref w, v) => w.WritePort(v.GetInt32()),
            (ref r, out v) => Keep(r.TryReadPort(out int x), x, out v)),
        ["ipv4"] = (
            (ref w, v) => w.WriteAddress(IPAddress.Parse(v.GetString()!)),
            (ref r, out v) => Keep(r.TryReadIPv4(out IPAddress x), Host(x), out v)),
        ["ipv6"] = (
            (ref w, v) => w.WriteAddress(IPAddress.Parse(v.GetString()!)),
            (ref r, out v) => Keep(r.TryReadIPv6(out IPAddress x), Host(x), out v)),
        ["ip"] = (
            (ref w, v) => w.WriteIP(IPAddress.Parse(v.GetString()!)),
            (ref r, out v) => Keep(r.TryReadIP(out IPAddress x), Host(x), out v)),
        ["ipv4Address"] = (
            WriteEndPoint,
            (ref r, out v) => Keep(r.TryReadIPv4EndPoint(out IPEndPoint? x), EndPoint(x), out v)),
        ["ipv6Address"] = (
            WriteEndPoint,
            (ref r, out v) => Keep(r.TryReadIPv6EndPoint(out IPEndPoint? x), EndPoint(x), out v)),
        ["ipAddress"] = (
            (ref w, v) =>
            {
                w.WriteIP(IPAddress.Parse(v.Text("host")));
                w.WritePort(v.GetProperty("port").GetInt32());
            },
            (ref r, out v) => Keep(r.TryReadEndPoint(out IPEndPoint? x), EndPoint(x), out v)),
    };

    private static (WriteCase, ReadCase) Fixed(int size) => (
        (ref w, v) => w.WriteFixedUInt(size, (ulong)Number(v)),
        (ref r, out v) => Keep(r.TryReadFixedUInt(size, out ulong x), x, out v));

    private static (WriteCase, ReadCase) BigEndian(int size) => (
        (ref w, v) => w.WriteFixedUIntBigEndian(size, (ulong)Number(v)),
        (ref r, out v) => Keep(r.TryReadFixedUIntBigEndian(size, out ulong x), x, out v));

    private static (WriteCase, ReadCase) Signed(int size) => (
        (ref w, v) => w.WriteFixedInt(size, (long)Number(v)),
        (ref r, out v) => Keep(r.TryReadFixedInt(size, out long x), x, out v));

    private static (WriteCase, ReadCase) FixedBytes(int size) => (
        (ref w, v) => w.WriteFixed(Bytes(v)),
        (ref r, out v) => Keep(r.TryReadFixed(size, out var x), Convert.ToHexStringLower(x), out v));

    private static (WriteCase, ReadCase) Strings() => (
        (ref w, v) => w.WriteString(v.GetString()),
        (ref r, out v) => Keep(r.TryReadString(out string x), x, out v));

    private static void WriteBits(ref CompactWriter writer, JsonElement value)
    {
        byte[] bits = new byte[(value.GetArrayLength() + 7) / 8];
        for (int i = 0; i < value.GetArrayLength(); i++)
            bits[i / 8] |= (byte)((value[i].GetBoolean() ? 1 : 0) << (i % 8));
        writer.WriteBits(value.GetArrayLength(), bits);
    }

    private static bool ReadBits(ref CompactReader reader, out object? value)
    {
        bool read = reader.TryReadBits(out long count, out ReadOnlySpan<byte> bits);
        bool[] flags = new bool[count];
        for (int i = 0; i < count; i++)
            flags[i] = (bits[i / 8] >> (i % 8) & 1) == 1;
        return Keep(read, flags, out value);
    }

    private static void WriteEndPoint(ref CompactWriter writer, JsonElement value)
    {
        writer.WriteAddress(IPAddress.Parse(value.Text("host")));
        writer.WritePort(value.GetProperty("port").GetInt32());
    }

    private static bool ReadArray(ref CompactReader reader, ReadCase readItem, out object? value)
    {
        value = null;
        if (!reader.TryReadArrayCount(1, out int count))
            return false;
        List<object?> items = [];
        for (int i = 0; i < count; i++)
        {
            if (!readItem(ref reader, out object? item))
                return false;
            items.Add(item);
        }

        value = items;
        return true;
    }

    private static bool Keep(bool read, object? found, out object? value)
    {
        value = read ? found : null;
        return read;
    }

    private static BigInteger Number(JsonElement value) => BigInteger.Parse(
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(),
        NumberStyles.Any,
        CultureInfo.InvariantCulture);

    private static byte[] Bytes(JsonElement value) => Convert.FromHexString(value.GetString()!);

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static object? EndPoint(IPEndPoint? point) => point is null
        ? null
        : new
        {
            host = Host(point.Address),
            family = point.Address.GetAddressBytes().Length == 4 ? 4 : 6,
            port = point.Port,
        };

    private static string Host(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? address.ToString()
            : string.Join(
                ':', bytes.Chunk(2).Select(b => ((b[0] << 8) | b[1]).ToString("x", CultureInfo.InvariantCulture)));
    }
}
