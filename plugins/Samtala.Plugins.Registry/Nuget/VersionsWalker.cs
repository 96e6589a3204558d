using System.Text.Json;
using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>Copies a list of versions, and checks that it is one.</summary>
internal sealed class VersionsWalker : JsonWalker
{
    private bool _isVersions;

    protected override void OnToken(ref Utf8JsonReader reader)
    {
        if (reader is { TokenType: JsonTokenType.StartObject, CurrentDepth: 0 })
            StartCopy(reader);
        else if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
            _isVersions |= reader.ValueTextEquals("versions"u8);
        else if (reader is { TokenType: JsonTokenType.EndObject, CurrentDepth: 0 } && !_isVersions)
            throw new JsonException("It has no 'versions'.");
    }
}
