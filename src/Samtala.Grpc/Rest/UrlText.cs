using System.Globalization;
using System.Text;

namespace Samtala.Grpc.Rest;

/// <summary>Percent-decoding that refuses what is not well formed.</summary>
internal static class UrlText
{
    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes <paramref name="text"/>.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="plusIsSpace">In queries.</param>
    /// <param name="keepSlash">%2F stays as it is.</param>
    /// <param name="decoded">The result.</param>
    /// <returns>False for half an escape, bytes that are no UTF-8, or a NUL.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, bool plusIsSpace, bool keepSlash, out string decoded)
    {
        decoded = "";
        if (!text.ContainsAny("%+"))
        {
            decoded = text.ToString();
            return true;
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (!TryReadEscape(text[i..], out var value))
                    return false;
                if (keepSlash && value == '/')
                    length += Encoding.UTF8.GetBytes("%2F", bytes.AsSpan(length));
                else
                    bytes[length++] = value;
                i += 2;
            }
            else if (plusIsSpace && text[i] == '+')
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                length += Encoding.UTF8.GetBytes(text.Slice(i, pair), bytes.AsSpan(length));
                i += pair - 1;
            }
        }

        return TryToText(bytes.AsSpan(0, length), out decoded);
    }

    private static bool TryReadEscape(ReadOnlySpan<char> text, out byte value)
    {
        value = 0;
        return text.Length >= 3 &&
            byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) &&
            value != 0;
    }

    private static bool TryToText(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = s_strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
