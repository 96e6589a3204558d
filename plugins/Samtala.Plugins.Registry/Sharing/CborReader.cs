using System.Buffers.Binary;
using System.Text;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>Reads what <see cref="CborWriter"/> writes, from strangers: one map of at most
/// <see cref="PairCountMax"/> pairs in their one right encoding. Pairs this version does not know are passed over, if
/// they are numbers, bytes, texts, lists or maps.</summary>
internal ref struct CborReader
{
    /// <summary>Most pairs of a map, and most items of a list.</summary>
    public const int PairCountMax = 64;

    private const int DepthMax = 8;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _source;
    private int _at;

    private CborReader(ReadOnlySpan<byte> source) => _source = source;

    /// <summary>Reads one map that fills the source.</summary>
    /// <param name="source">From anybody.</param>
    /// <param name="fields">What it has; numbers as <see cref="ulong"/>, bytes as <c>byte[]</c>, texts as
    /// <see cref="string"/>.</param>
    /// <returns>False when it is anything else.</returns>
    public static bool TryReadMap(ReadOnlySpan<byte> source, out Dictionary<string, object> fields)
    {
        fields = new Dictionary<string, object>(StringComparer.Ordinal);
        CborReader reader = new(source);
        return reader.TryReadPairs(fields) && reader._at == source.Length;
    }

    private bool TryReadPairs(Dictionary<string, object> fields)
    {
        if (!TryReadHead(out var kind, out var count) || kind != CborKind.Map || count > PairCountMax)
            return false;
        ReadOnlySpan<byte> before = default;
        for (var i = 0; i < (int)count; i++)
        {
            var start = _at;
            if (!TryReadHead(out kind, out var size) || kind != CborKind.Text || !TryTake(size, out var name))
                return false;
            var key = _source[start.._at];
            if (i > 0 && key.SequenceCompareTo(before) <= 0)
                return false;
            before = key;
            if (!TryReadValue(out var value) || !TryDecode(name, out var text))
                return false;
            if (value is not null)
                fields[text] = value;
        }

        return true;
    }

    private bool TryReadValue(out object? value)
    {
        value = null;
        var start = _at;
        if (!TryReadHead(out var kind, out var number))
            return false;
        switch (kind)
        {
            case CborKind.Number:
                value = number;
                return true;
            case CborKind.Bytes when TryTake(number, out var bytes):
                value = bytes.ToArray();
                return true;
            case CborKind.Text when TryTake(number, out var utf8) && TryDecode(utf8, out var text):
                value = text;
                return true;
            case CborKind.List or CborKind.Map:
                _at = start;
                return TrySkip(DepthMax);
            default:
                return false;
        }
    }

    private bool TrySkip(int depth)
    {
        if (depth == 0 || !TryReadHead(out var kind, out var number))
            return false;
        switch (kind)
        {
            case CborKind.Number:
                return true;
            case CborKind.Bytes or CborKind.Text:
                return TryTake(number, out _);
            case CborKind.List or CborKind.Map when number <= PairCountMax:
                for (var i = (int)number * (kind == CborKind.Map ? 2 : 1); i > 0; i--)
                {
                    if (!TrySkip(depth - 1))
                        return false;
                }

                return true;
            default:
                return false;
        }
    }

    private bool TryReadHead(out CborKind kind, out ulong value)
    {
        (kind, value) = (default, 0);
        if (_at >= _source.Length)
            return false;
        var first = _source[_at++];
        kind = (CborKind)(first >> 5);
        var short5 = first & 31;
        if (short5 < 24)
        {
            value = (ulong)short5;
            return true;
        }

        if (short5 > 27 || !TryTake(1UL << (short5 - 24), out var bytes))
            return false;
        value = short5 switch
        {
            24 => bytes[0],
            25 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            26 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };

        // Only the shortest form is right, so that equal entries are equal bytes.
        return value > short5 switch { 24 => 23, 25 => byte.MaxValue, 26 => ushort.MaxValue, _ => uint.MaxValue };
    }

    private bool TryTake(ulong size, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (size > (ulong)(_source.Length - _at))
            return false;
        bytes = _source.Slice(_at, (int)size);
        _at += (int)size;
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<byte> utf8, out string text)
    {
        // Replaced characters would make two names one.
        text = System.Text.Unicode.Utf8.IsValid(utf8) ? s_strict.GetString(utf8) : "";
        return text.Length > 0 || utf8.IsEmpty;
    }
}
