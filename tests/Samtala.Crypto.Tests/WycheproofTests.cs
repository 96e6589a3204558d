using System.Security.Cryptography;
using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

public sealed class WycheproofTests
{
    private const int X25519CountMin = 518;

    [Fact]
    public void Ed25519_accepts_and_refuses_what_it_must()
    {
        using JsonDocument file = SharedVectors.Read("trust", "wycheproof", "ed25519_test.json");
        int count = 0;
        foreach (var (group, test) in SharedVectors.Wycheproof(file))
        {
            PublicKey key = new(group.GetProperty("publicKey").Hex("pk"));
            byte[] signature = test.Hex("sig");
            bool valid = signature.Length == Signature.Size
                && Ed25519.Verify(key, test.Hex("msg"), new Signature(signature));
            Assert.True(valid == IsValid(test), Name(test));
            count++;
        }

        Assert.Equal(151, count);
    }

    [Fact]
    public void X25519_agrees_or_refuses_a_known_secret()
    {
        using JsonDocument file = SharedVectors.Read("trust", "wycheproof", "x25519_test.json");
        int count = 0;
        foreach (var (_, test) in SharedVectors.Wycheproof(file))
        {
            byte[] shared = new byte[X25519.Size];
            bool agreed = X25519.TryAgree(test.Hex("private"), test.Hex("public"), shared);
            byte[] wanted = test.Hex("shared");
            bool isKnownSecret = !wanted.AsSpan().ContainsAnyExcept((byte)0);

            // "Acceptable" cases may be refused, but only those whose result anybody knows are.
            Assert.True(agreed != isKnownSecret, Name(test));
            Assert.True(shared.AsSpan().SequenceEqual(wanted), Name(test));
            count++;
        }

        Assert.Equal(X25519CountMin, count);
    }

    [Fact]
    public void XChaCha20Poly1305_seals_and_opens_as_it_must()
    {
        using JsonDocument file = SharedVectors.Read("trust", "wycheproof", "xchacha20_poly1305_test.json");
        int count = 0;
        foreach (var (_, test) in SharedVectors.Wycheproof(file))
        {
            count++;
            byte[] nonce = test.Hex("iv");
            byte[] key = test.Hex("key");
            if (nonce.Length != XChaCha20Poly1305.NonceSize)
            {
                Assert.False(IsValid(test), Name(test));
                Assert.Throws<ArgumentException>(
                    () => XChaCha20Poly1305.Seal([], [], new byte[XChaCha20Poly1305.TagSize], nonce, key));
                continue;
            }

            byte[] message = test.Hex("msg");
            byte[] box = [.. test.Hex("ct"), .. test.Hex("tag")];
            byte[] opened = new byte[box.Length - XChaCha20Poly1305.TagSize];
            bool valid = XChaCha20Poly1305.TryOpen(box, test.Hex("aad"), opened, nonce, key);
            Assert.True(valid == IsValid(test), Name(test));
            if (!valid)
                continue;
            Assert.Equal(message, opened);
            byte[] sealedAgain = new byte[box.Length];
            XChaCha20Poly1305.Seal(message, test.Hex("aad"), sealedAgain, nonce, key);
            Assert.Equal(box, sealedAgain);
        }

        Assert.Equal(315, count);
    }

    [Fact]
    public void The_platforms_ChaCha20Poly1305_opens_what_it_must()
    {
        Assert.SkipUnless(ChaCha20Poly1305.IsSupported, "This platform has no ChaCha20-Poly1305.");
        using JsonDocument file = SharedVectors.Read("trust", "wycheproof", "chacha20_poly1305_test.json");
        int count = 0;
        foreach (var (_, test) in SharedVectors.Wycheproof(file))
        {
            count++;
            byte[] opened = new byte[test.Hex("ct").Length];
            using ChaCha20Poly1305 cipher = new(test.Hex("key"));
            bool valid;
            try
            {
                cipher.Decrypt(test.Hex("iv"), test.Hex("ct"), test.Hex("tag"), opened, test.Hex("aad"));
                valid = true;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                valid = false;
            }

            Assert.True(valid == IsValid(test), Name(test));
            Assert.True(!valid || opened.AsSpan().SequenceEqual(test.Hex("msg")), Name(test));
        }

        Assert.Equal(325, count);
    }

    [Theory]
    [InlineData("hkdf_sha256_test.json", 86)]
    [InlineData("hkdf_sha512_test.json", 83)]
    public void The_platforms_HKDF_derives_what_it_must(string fileName, int expectedCount)
    {
        using JsonDocument file = SharedVectors.Read("trust", "wycheproof", fileName);
        HashAlgorithmName hash = fileName.Contains("256", StringComparison.Ordinal)
            ? HashAlgorithmName.SHA256
            : HashAlgorithmName.SHA512;
        int count = 0;
        foreach (var (_, test) in SharedVectors.Wycheproof(file))
        {
            count++;
            byte[]? derived = null;
            try
            {
                derived = HKDF.DeriveKey(
                    hash, test.Hex("ikm"), test.GetProperty("size").GetInt32(), test.Hex("salt"), test.Hex("info"));
            }
            catch (ArgumentException)
            {
                // Longer than the hash allows.
            }

            Assert.True(derived is not null == IsValid(test), Name(test));
            Assert.True(derived is null || derived.AsSpan().SequenceEqual(test.Hex("okm")), Name(test));
        }

        Assert.Equal(expectedCount, count);
    }

    [Fact]
    public void The_platforms_HMAC_makes_what_it_must()
    {
        using JsonDocument file = SharedVectors.Read("trust", "wycheproof", "hmac_sha256_test.json");
        foreach (var (group, test) in SharedVectors.Wycheproof(file))
        {
            byte[] tag = HMACSHA256.HashData(test.Hex("key"), test.Hex("msg"));
            int size = group.GetProperty("tagSize").GetInt32() / 8;
            Assert.True(ConstantTime.AreEqual(tag.AsSpan(0, size), test.Hex("tag")) == IsValid(test), Name(test));
        }
    }

    private static bool IsValid(JsonElement test) => test.Text("result") == "valid";

    private static string Name(JsonElement test) =>
        $"tcId {test.GetProperty("tcId").GetInt32()}: {test.Text("comment")}";
}
