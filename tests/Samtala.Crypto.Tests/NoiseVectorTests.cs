using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

/// <summary>Every digest and chaining key of the reference's handshakes.</summary>
public sealed class NoiseVectorTests
{
    [Fact]
    public void Handshakes_and_what_they_are_made_of_are_those_of_the_reference()
    {
        using SecretSlab slab = new();
        VectorFile.ForEachCase("noise.json", item =>
        {
            switch (item.Text("op"))
            {
                case "dh":
                    Agreement(slab, item);
                    break;
                case "dh-bad":
                    BadAgreement(slab, item);
                    break;
                case "hmac-blake2b":
                    Hmac(item);
                    break;
                case "hkdf":
                    Hkdf(item);
                    break;
                case "aead":
                    Aead(item);
                    break;
                case "handshake":
                    Handshake(slab, item);
                    break;
                case "handshake-error":
                    BadHandshake(slab, item);
                    break;
                default:
                    Assert.Fail($"Unknown op: {item.Text("op")}");
                    break;
            }
        });
        Assert.Equal(0, slab.Count);
    }

    private static void Agreement(SecretSlab slab, JsonElement item)
    {
        using SecretKey a = SecretKey.FromSeed(slab, item.Hex("seedA"));
        using SecretKey b = SecretKey.FromSeed(slab, item.Hex("seedB"));
        Assert.Equal(item.Text("publicA"), a.PublicKey.ToString());
        Assert.Equal(item.Text("publicB"), b.PublicKey.ToString());
        byte[] shared = new byte[32];
        Assert.True(a.TryAgree(b.PublicKey, shared));
        Assert.Equal(item.Text("shared"), Convert.ToHexStringLower(shared));
        Assert.True(b.TryAgree(a.PublicKey, shared));
        Assert.Equal(item.GetProperty("symmetric").GetBoolean(), shared.SequenceEqual(item.Hex("shared")));
    }

    private static void BadAgreement(SecretSlab slab, JsonElement item)
    {
        using SecretKey a = SecretKey.FromSeed(slab, item.Hex("seedA"));
        byte[] shared = new byte[32];
        Assert.False(a.TryAgree(new PublicKey(item.Hex("publicB")), shared), item.Text("name"));
        Assert.Equal(new byte[32], shared);
    }

    private static void Hmac(JsonElement item)
    {
        byte[] code = new byte[64];
        NoiseHash.Hmac(item.Hex("key"), item.Hex("data"), code);
        Assert.Equal(item.Text("hmac"), Convert.ToHexStringLower(code));
    }

    private static void Hkdf(JsonElement item)
    {
        string[] expected = [.. item.GetProperty("outputs").EnumerateArray().Select(o => o.GetString()!)];
        byte[] outputs = new byte[64 * expected.Length];
        NoiseHash.Hkdf(item.Hex("chainingKey"), item.Hex("input"), outputs);
        Assert.Equal(string.Concat(expected), Convert.ToHexStringLower(outputs));
    }

    private static void Aead(JsonElement item)
    {
        byte[] nonce = item.Hex("nonce");
        Assert.Equal(item.GetProperty("counter").GetUInt64(), BinaryPrimitives.ReadUInt64LittleEndian(nonce.AsSpan(4)));
        byte[] text = item.Hex("plaintext");
        byte[] box = new byte[text.Length + 16];
        ChaCha20Poly1305Ietf.Seal(text, item.Hex("ad"), box, nonce, item.Hex("key"));
        Assert.Equal(item.Text("ciphertext"), Convert.ToHexStringLower(box));
        byte[] opened = new byte[text.Length];
        Assert.True(ChaCha20Poly1305Ietf.TryOpen(box, item.Hex("ad"), opened, nonce, item.Hex("key")));
        Assert.Equal(text, opened);
        box[^1] ^= 1;
        Assert.False(ChaCha20Poly1305Ietf.TryOpen(box, item.Hex("ad"), opened, nonce, item.Hex("key")));
    }

    private static void Handshake(SecretSlab slab, JsonElement item)
    {
        Assert.Equal($"Noise_{item.Text("pattern")}_Ed25519_ChaChaPoly_BLAKE2b", item.Text("protocolName"));
        using SecretKey initiatorKey = StaticOf(slab, item.GetProperty("initiator"));
        using SecretKey responderKey = StaticOf(slab, item.GetProperty("responder"));
        using NoiseHandshake initiator = Begin(slab, item, initiatorKey, responderKey.PublicKey);
        using NoiseHandshake responder = Begin(slab, item, responderKey, remote: null);
        foreach (NoiseHandshake side in new[] { initiator, responder })
        {
            Assert.Equal(item.Text("initialDigest"), Convert.ToHexStringLower(side.Digest));
            Assert.Equal(item.Text("initialChainingKey"), Convert.ToHexStringLower(side.ChainingKey));
        }

        foreach (JsonElement step in item.GetProperty("messages").EnumerateArray())
        {
            bool isFirst = step.Text("from") == "initiator";
            NoiseHandshake from = isFirst ? initiator : responder;
            NoiseHandshake to = isFirst ? responder : initiator;
            Assert.True(from.IsWriteNext);
            Assert.False(to.IsWriteNext);
            Assert.True(from.TryWrite(step.Hex("payload"), out byte[] message));
            Assert.Equal(step.Text("message"), Convert.ToHexStringLower(message));
            Assert.True(to.TryRead(message, out byte[] payload));
            Assert.Equal(step.Text("receivedPayload"), Convert.ToHexStringLower(payload));
            foreach (NoiseHandshake side in new[] { from, to })
            {
                // Null at the end: the reference has wiped its state, and so have we.
                string? digest = step.GetProperty("digestAfter").GetString();
                string? chainingKey = step.GetProperty("chainingKeyAfter").GetString();
                Assert.Equal(digest ?? new string('0', 128), Convert.ToHexStringLower(side.Digest));
                Assert.Equal(chainingKey ?? new string('0', 128), Convert.ToHexStringLower(side.ChainingKey));
            }
        }

        CompareResult(item.GetProperty("result"), initiator, responder);
    }

    private static void CompareResult(JsonElement result, NoiseHandshake initiator, NoiseHandshake responder)
    {
        Assert.True(initiator.IsComplete && responder.IsComplete);
        using NoiseKeys first = initiator.TakeKeys();
        using NoiseKeys second = responder.TakeKeys();
        Assert.Equal(result.Text("hash"), Convert.ToHexStringLower(first.Hash.Span));
        Assert.Equal(result.Text("hash"), Convert.ToHexStringLower(second.Hash.Span));
        Assert.Equal(result.Text("initiatorTx"), Convert.ToHexStringLower(first.Send));
        Assert.Equal(result.Text("initiatorRx"), Convert.ToHexStringLower(first.Receive));
        Assert.Equal(result.Text("responderTx"), Convert.ToHexStringLower(second.Send));
        Assert.Equal(result.Text("responderRx"), Convert.ToHexStringLower(second.Receive));
        Assert.Equal(result.GetProperty("initiatorSeesRemoteStatic").GetString(), first.RemoteStatic?.ToString());
        Assert.Equal(result.GetProperty("responderSeesRemoteStatic").GetString(), second.RemoteStatic?.ToString());
    }

    private static void BadHandshake(SecretSlab slab, JsonElement item)
    {
        using SecretKey key = SecretKey.FromSeed(slab, item.Hex("responderStaticSeed"));
        int before = slab.Count;
        using NoiseHandshake responder = new(
            new NoiseSettings
            {
                Pattern = Enum.Parse<NoisePattern>(item.Text("pattern")),
                IsInitiator = false,
                StaticKey = key,
                Prologue = item.Hex("prologue"),
            },
            slab,
            RandomNumberGenerator.Create());
        Assert.False(responder.TryRead(item.Hex("message"), out byte[] payload), item.Text("name"));
        Assert.Empty(payload);
        Assert.True(responder.IsFailed);
        Assert.False(responder.IsWriteNext);
        Assert.Equal(new byte[64], responder.ChainingKey.ToArray());
        Assert.Equal(before, slab.Count);
        Assert.Throws<InvalidOperationException>(responder.TakeKeys);
    }

    private static SecretKey StaticOf(SecretSlab slab, JsonElement side)
    {
        SecretKey key = SecretKey.FromSeed(slab, side.Hex("staticSeed"));
        Assert.Equal(side.Text("staticPublic"), key.PublicKey.ToString());
        return key;
    }

    private static NoiseHandshake Begin(SecretSlab slab, JsonElement item, SecretKey key, PublicKey? remote)
    {
        JsonElement side = item.GetProperty(remote is null ? "responder" : "initiator");
        NoiseSettings settings = new()
        {
            Pattern = Enum.Parse<NoisePattern>(item.Text("pattern")),
            IsInitiator = remote is not null,
            StaticKey = key,
            RemoteStatic = remote,
            Prologue = item.Hex("prologue"),
        };
        return new NoiseHandshake(settings, slab, new ScriptedRandom(side.Hex("ephemeralSeed")));
    }
}
