using System.Globalization;
using Samtala.Crypto;
using Samtala.Encodings;

namespace Samtala.Interop.Peer;

/// <summary>The flags of a verb: <c>--name value</c>, or <c>--name</c> alone for a switch, as the JavaScript twins take
/// them.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the arguments after the verb.</summary>
    /// <exception cref="ArgumentException">Something is neither a flag nor the value of one.</exception>
    public Flags(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"'{arguments[i]}' is not a flag; write --name value.", nameof(arguments));
            var hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            _values[arguments[i][2..]] = hasValue ? arguments[++i] : "";
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string Text(string name, string otherwise = "") => _values.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise) => _values.TryGetValue(name, out var text)
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : otherwise;

    /// <summary>64 hexadecimal digits as they are, any other text hashed.</summary>
    public Hash32 Seed(string name, string otherwise) => SeedOf(Text(name, otherwise));

    public static Hash32 SeedOf(string text) => Hash32.TryParse(text, out var seed)
        ? seed
        : Blake2b.HashData(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>A log's key, 64 hexadecimal digits or 52 characters of z-base-32.</summary>
    public Hash32 Key(string name)
    {
        var text = Text(name);
        if (Hash32.TryParse(text, out var key))
            return key;
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return ZBase32.TryDecode(text, bytes)
            ? new Hash32(bytes)
            : throw new ArgumentException($"--{name} '{text}' is no key; write 64 hexadecimal digits.", nameof(name));
    }
}
