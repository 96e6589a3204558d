namespace Samtala.Encodings;

/// <summary>Values that tell their own type: null, bool, string, byte[], ulong, long, double, lists, and lists of named
/// values (objects, in order), and moments in milliseconds.</summary>
public static class CompactAny
{
    private enum Kind
    {
        Null = 0,
        Bool = 1,
        Text = 2,
        Bytes = 3,
        Unsigned = 4,
        Signed = 5,
        Real = 6,
        List = 7,
        Named = 8,
        Moment = 9,
    }

    /// <summary>Reads a stranger's value.</summary>
    /// <param name="reader">Stays where it was when the value is refused.</param>
    /// <param name="value">null, bool, string, byte[], ulong, long, double, object?[], KeyValuePair&lt;string,
    /// object?&gt;[] or DateTimeOffset.</param>
    /// <returns>False when cut short, of an unknown type, nested or numerous beyond <see cref="CompactLimits"/>.
    /// </returns>
    public static bool TryRead(ref CompactReader reader, out object? value)
    {
        CompactReader start = reader;
        int budget = CompactLimits.AnyCountMax;
        if (TryRead(ref reader, CompactLimits.AnyDepthMax, ref budget, out value))
            return true;
        reader = start;
        value = null;
        return false;
    }

    /// <summary>How many bytes <see cref="Write"/> will write.</summary>
    /// <param name="value">One of the types that <see cref="TryRead(ref CompactReader, out object?)"/> gives.</param>
    /// <exception cref="ArgumentException">Another type.</exception>
    public static int SizeOf(object? value) => 1 + value switch
    {
        null => 0,
        bool => 1,
        string text => CompactSize.OfString(text),
        byte[] bytes => CompactSize.OfBuffer(bytes.Length),
        ulong number => CompactSize.OfUInt(number),
        long number => CompactSize.OfInt(number),
        double => sizeof(double),
        object?[] list => CompactSize.OfUInt((ulong)list.Length) + list.Sum(SizeOf),
        KeyValuePair<string, object?>[] named => CompactSize.OfUInt((ulong)named.Length)
            + named.Sum(n => CompactSize.OfString(n.Key) + SizeOf(n.Value)),
        DateTimeOffset moment => CompactSize.OfInt(moment.ToUnixTimeMilliseconds()),
        _ => throw new ArgumentException($"A {value.GetType()} has no form in this encoding.", nameof(value)),
    };

    /// <summary>Writes a value.</summary>
    /// <param name="writer">Must have room for <see cref="SizeOf"/> bytes.</param>
    /// <param name="value">One of the types that <see cref="TryRead(ref CompactReader, out object?)"/> gives.</param>
    /// <exception cref="ArgumentException">Another type.</exception>
    public static void Write(ref CompactWriter writer, object? value)
    {
        writer.WriteUInt((ulong)KindOf(value));
        switch (value)
        {
            case bool flag: writer.WriteBool(flag); break;
            case string text: writer.WriteString(text); break;
            case byte[] bytes: writer.WriteBuffer(bytes); break;
            case ulong number: writer.WriteUInt(number); break;
            case long number: writer.WriteInt(number); break;
            case double number: writer.WriteFloat64(number); break;
            case DateTimeOffset moment: writer.WriteInt(moment.ToUnixTimeMilliseconds()); break;
            case object?[] list:
                writer.WriteUInt((ulong)list.Length);
                foreach (object? item in list)
                    Write(ref writer, item);
                break;
            case KeyValuePair<string, object?>[] named:
                writer.WriteUInt((ulong)named.Length);
                foreach (var (name, item) in named)
                {
                    writer.WriteString(name);
                    Write(ref writer, item);
                }

                break;
        }
    }

    private static Kind KindOf(object? value) => value switch
    {
        null => Kind.Null,
        bool => Kind.Bool,
        string => Kind.Text,
        byte[] => Kind.Bytes,
        ulong => Kind.Unsigned,
        long => Kind.Signed,
        double => Kind.Real,
        object?[] => Kind.List,
        KeyValuePair<string, object?>[] => Kind.Named,
        DateTimeOffset => Kind.Moment,
        _ => throw new ArgumentException($"A {value.GetType()} has no form in this encoding.", nameof(value)),
    };

    private static bool TryRead(ref CompactReader reader, int depth, ref int budget, out object? value)
    {
        value = null;
        if (depth == 0 || budget-- == 0 || !reader.TryReadUInt((ulong)Kind.Moment, out ulong kind))
            return false;
        switch ((Kind)kind)
        {
            case Kind.Null:
                return true;
            case Kind.Bool:
                return Keep(reader.TryReadBool(out bool flag), flag, out value);
            case Kind.Text:
                return Keep(reader.TryReadString(out string text), text, out value);
            case Kind.Bytes:
                return Keep(reader.TryReadBuffer(out ReadOnlySpan<byte> bytes), bytes.ToArray(), out value);
            case Kind.Unsigned:
                return Keep(reader.TryReadUInt(out ulong unsigned), unsigned, out value);
            case Kind.Signed:
                return Keep(reader.TryReadInt(out long signed), signed, out value);
            case Kind.Real:
                return Keep(reader.TryReadFloat64(out double real), real, out value);
            case Kind.List:
                return TryReadList(ref reader, depth, ref budget, out value);
            case Kind.Named:
                return TryReadNamed(ref reader, depth, ref budget, out value);
            default:
                return TryReadMoment(ref reader, out value);
        }
    }

    private static bool Keep<T>(bool read, T found, out object? value)
    {
        value = read ? found : null;
        return read;
    }

    private static bool TryReadList(ref CompactReader reader, int depth, ref int budget, out object? value)
    {
        value = null;
        if (!reader.TryReadArrayCount(itemSizeMin: 1, out int count) || count > budget)
            return false;
        object?[] list = new object?[count];
        for (int i = 0; i < count; i++)
        {
            if (!TryRead(ref reader, depth - 1, ref budget, out list[i]))
                return false;
        }

        value = list;
        return true;
    }

    private static bool TryReadNamed(ref CompactReader reader, int depth, ref int budget, out object? value)
    {
        value = null;
        if (!reader.TryReadArrayCount(itemSizeMin: 2, out int count) || count > budget)
            return false;
        var named = new KeyValuePair<string, object?>[count];
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadString(out string name) || !TryRead(ref reader, depth - 1, ref budget, out object? item))
                return false;
            named[i] = new KeyValuePair<string, object?>(name, item);
        }

        value = named;
        return true;
    }

    private static bool TryReadMoment(ref CompactReader reader, out object? value)
    {
        value = null;
        if (!reader.TryReadInt(out long milliseconds)
            || milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        value = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
