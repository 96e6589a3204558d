using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

/// <summary>The twelve signatures on which libraries disagree. Our row is libsodium's.</summary>
public sealed class SpeccheckTests
{
    private const string LibsodiumRow = "XXXVXXXXXXXX";

    [Fact]
    public void The_twelve_disputed_signatures_are_judged_as_libsodium_judges_them()
    {
        using JsonDocument file = SharedVectors.Read("trust", "ed25519-speccheck", "cases.json");
        string row = string.Concat(file.RootElement.EnumerateArray().Select(item =>
            IsValid(new PublicKey(item.Hex("pub_key")), item) ? 'V' : 'X'));
        Assert.Equal(LibsodiumRow, row);
    }

    private static bool IsValid(PublicKey key, JsonElement item) =>
        Ed25519.Verify(key, item.Hex("message"), new Signature(item.Hex("signature")));
}
