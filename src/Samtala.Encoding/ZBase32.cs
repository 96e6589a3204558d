namespace Samtala.Encodings;

/// <summary>Text that is easy to read aloud: 5 bits per character, no padding. So the Hypercore family writes
/// keys.</summary>
public static class ZBase32
{
    private const string Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private const int BitsPerCharacter = 5;

    /// <summary>Characters for a number of bytes.</summary>
    /// <param name="byteCount">0 or more.</param>
    public static int EncodedLength(int byteCount) =>
        (int)(((long)byteCount * 8 + BitsPerCharacter - 1) / BitsPerCharacter);

    /// <summary>Writes bytes as text.</summary>
    /// <param name="bytes">Any.</param>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[EncodedLength(bytes.Length)];
        int bits = 0;
        int held = 0;
        int next = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (held < BitsPerCharacter)
            {
                bits = ((bits << 8) | (next < bytes.Length ? bytes[next++] : 0)) & 0xffff;
                held += 8;
            }

            held -= BitsPerCharacter;
            text[at] = Alphabet[(bits >> held) & 31];
        }

        return new string(text);
    }

    /// <summary>Reads text.</summary>
    /// <param name="text">Any text; upper case is refused.</param>
    /// <param name="target">Exactly as many bytes as the text must hold; undefined when refused.</param>
    /// <returns>False when the length, a character or a bit beyond the end is wrong.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> target)
    {
        if (text.Length != EncodedLength(target.Length))
            return false;
        int bits = 0;
        int held = 0;
        int next = 0;
        foreach (char character in text)
        {
            int value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
                return false;
            bits = ((bits << BitsPerCharacter) | value) & 0xffff;
            held += BitsPerCharacter;
            if (held >= 8 && next < target.Length)
            {
                held -= 8;
                target[next++] = (byte)(bits >> held);
            }
        }

        return (bits & ((1 << held) - 1)) == 0;
    }
}
