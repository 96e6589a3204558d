using System.Collections.Immutable;
using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Manifests;

/// <summary>Manifests as vector files write them.</summary>
internal static class ManifestJson
{
    public static Manifest Read(JsonElement input) => Manifest.Create(new ManifestParts
    {
        Version = Has(input, "version", out JsonElement version) ? version.GetInt32() : null,
        AllowPatch = Has(input, "allowPatch", out JsonElement patch) && patch.GetBoolean(),
        Quorum = Has(input, "quorum", out JsonElement quorum) ? quorum.GetInt32() : null,
        Signers = [.. input.GetProperty("signers").EnumerateArray().Select(Signer)],
        Prologue = Has(input, "prologue", out JsonElement prologue)
            ? new ManifestPrologue(new Hash32(prologue.Hex("hash")), prologue.GetProperty("length").GetUInt64())
            : null,
        Linked = Has(input, "linked", out JsonElement linked)
            ? [.. linked.EnumerateArray().Select(e => Hash32.Parse(e.GetString()))]
            : default(ImmutableArray<Hash32>?),
        UserData = Has(input, "userData", out _) ? input.Hex("userData") : default(ReadOnlyMemory<byte>?),
    });

    private static bool Has(JsonElement item, string name, out JsonElement value) =>
        item.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static ManifestSigner Signer(JsonElement item) => item.TryGetProperty("namespace", out _)
        ? new ManifestSigner(new Hash32(item.Hex("namespace")), new PublicKey(item.Hex("publicKey")))
        : new ManifestSigner(new PublicKey(item.Hex("publicKey")));
}
