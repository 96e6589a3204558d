using System.Text;
using System.Text.Json;
using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>Copies a registration and replaces what its links begin with; changes nothing else.</summary>
/// <param name="changes">What links begin with, and what they are to begin with.</param>
internal sealed class RegistrationRewriter(IReadOnlyList<(string From, string To)> changes) : JsonWalker
{
    private const int LinkSizeMax = 2048;
    private readonly byte[][] _from = [.. changes.Select(c => Encoding.UTF8.GetBytes(c.From))];
    private bool _isLink;

    protected override void OnToken(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when reader.CurrentDepth == 0:
                StartCopy(reader);
                break;
            case JsonTokenType.PropertyName:
                _isLink = reader.ValueTextEquals("@id"u8) || reader.ValueTextEquals("packageContent"u8)
                    || reader.ValueTextEquals("registration"u8) || reader.ValueTextEquals("parent"u8);
                break;
            case JsonTokenType.String when _isLink:
                Rewrite(reader);
                _isLink = false;
                break;
            default:
                _isLink = false;
                break;
        }
    }

    private void Rewrite(in Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > LinkSizeMax)
            return;
        if (reader.ValueIsEscaped)
        {
            var link = reader.GetString()!;
            foreach (var (from, to) in changes)
            {
                if (link.StartsWith(from, StringComparison.OrdinalIgnoreCase))
                {
                    Replace(reader, JsonEncodedText.Encode(to + link[from.Length..]).EncodedUtf8Bytes);
                    return;
                }
            }

            return;
        }

        for (var i = 0; i < _from.Length; i++)
        {
            if (!reader.ValueSpan.StartsWith(_from[i]))
                continue;
            Replace(reader, [.. Encoding.UTF8.GetBytes(changes[i].To), .. reader.ValueSpan[_from[i].Length..]]);
            return;
        }
    }
}
