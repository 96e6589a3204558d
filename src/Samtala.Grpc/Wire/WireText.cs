using System.Buffers;
using System.Text;
using Grpc.Core;

namespace Samtala.Grpc.Wire;

/// <summary>How text and bytes travel in headers.</summary>
public static class WireText
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        " !\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>The value of grpc-message: UTF-8, percent-encoded, cut at
    /// <see cref="GrpcLimits.StatusMessageSizeMax"/> bytes.</summary>
    public static string EncodeMessage(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Length <= GrpcLimits.StatusMessageSizeMax && !message.AsSpan().ContainsAnyExcept(s_plain))
            return message;
        var text = new StringBuilder(message.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (text.Length + 3 > GrpcLimits.StatusMessageSizeMax)
                break;
            if (s_plain.Contains((char)b))
                text.Append((char)b);
            else
                text.Append('%').Append(Convert.ToHexString([b]));
        }

        return text.ToString();
    }

    /// <summary>Reads grpc-message; what is not well encoded stays as it is.</summary>
    public static string DecodeMessage(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(value) : value;
    }

    /// <summary>The header value of <paramref name="entry"/>: its text, or its bytes in base64 without padding.
    /// </summary>
    public static string ValueOf(Metadata.Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.RawBytes is { } bytes ? Convert.ToBase64String(bytes).TrimEnd('=') : entry.Value;
    }

    /// <summary>Adds a header that arrived. Binary values may be joined by commas; what is no base64, no
    /// metadata key or no printable ASCII is left out.</summary>
    public static void AddTo(Metadata metadata, string key, string value)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (!Metadata.Entry.IsKey(key))
            return;
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            if (Metadata.Entry.IsValue(value))
                metadata.Add(key, value);
            return;
        }

        foreach (var part in value.Split(','))
        {
            if (TryDecode(part.AsSpan().Trim(), out var bytes))
                metadata.Add(key, bytes);
        }
    }

    /// <summary>Reads base64.</summary>
    /// <returns>False when <paramref name="text"/> is no base64, with or without padding.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        text = text.TrimEnd('=');
        var padded = new char[(text.Length + 3) / 4 * 4];
        padded.AsSpan().Fill('=');
        text.CopyTo(padded);
        var target = new byte[padded.Length / 4 * 3];
        var good = Convert.TryFromBase64Chars(padded, target, out var written);
        bytes = good ? target[..written] : [];
        return good;
    }
}
