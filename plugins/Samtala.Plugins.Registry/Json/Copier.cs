using System.Text.Json;

namespace Samtala.Plugins.Registry.Json;

/// <summary>Copies a document as it is, and checks that it is whole JSON.</summary>
internal sealed class Copier : JsonWalker
{
    protected override void OnToken(ref Utf8JsonReader reader)
    {
        if (reader is { TokenType: JsonTokenType.StartObject, CurrentDepth: 0 })
            StartCopy(reader);
    }
}
