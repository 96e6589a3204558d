using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One header or trailer.</summary>
    public sealed class Entry
    {
        private static readonly SearchValues<char> s_allowed =
            SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

        private readonly string? _value;
        private readonly byte[]? _bytes;

        /// <summary>Bytes.</summary>
        /// <exception cref="ArgumentException">The key does not end in "-bin" or has a character no header may have.
        /// </exception>
        public Entry(string key, byte[] valueBytes)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            Key = Normalize(key);
            if (!IsBinary)
                throw new ArgumentException($"The key \"{Key}\" must end in \"-bin\" to carry bytes.", nameof(key));
            _bytes = valueBytes.ToArray();
        }

        /// <summary>Text: printable ASCII.</summary>
        /// <exception cref="ArgumentException">The key ends in "-bin", or key or value has a character no header may
        /// have.</exception>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = Normalize(key);
            if (IsBinary)
                throw new ArgumentException($"The key \"{Key}\" ends in \"-bin\": give it bytes.", nameof(key));
            if (!IsValue(value))
            {
                throw new ArgumentException(
                    $"The value of \"{Key}\" is not printable ASCII: use a \"-bin\" key.", nameof(value));
            }

            _value = value;
        }

        /// <summary>The lower-case name.</summary>
        public string Key { get; }

        /// <summary>Whether this carries bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The bytes (a copy), or the ASCII bytes of the text.</summary>
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(_value!) : _bytes.ToArray();

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">This entry carries bytes.</exception>
        public string Value => _value ??
            throw new InvalidOperationException($"\"{Key}\" carries bytes: read {nameof(ValueBytes)}.");

        /// <summary>The bytes without a copy; null for text.</summary>
        internal byte[]? RawBytes => _bytes;

        /// <inheritdoc />
        public override string ToString() =>
            _value is null ? $"[Entry: key={Key}, {_bytes!.Length} bytes]" : $"[Entry: key={Key}, value={_value}]";

        /// <summary>Whether <paramref name="key"/> can be a key, in lower case or not.</summary>
        internal static bool IsKey(string key) => key.Length > 0 && !key.AsSpan().ContainsAnyExcept(s_allowed);

        /// <summary>Whether <paramref name="value"/> can be sent as text.</summary>
        internal static bool IsValue(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = key.ToLowerInvariant();
            if (!IsKey(lower))
            {
                throw new ArgumentException(
                    $"\"{key}\" is no metadata key: letters, digits, '_', '-' and '.' only.", nameof(key));
            }

            return lower;
        }
    }
}
