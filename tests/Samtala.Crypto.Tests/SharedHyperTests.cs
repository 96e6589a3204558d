using System.Buffers.Binary;
using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

/// <summary>The primitives inside files whose protocols come with later projects.</summary>
public sealed class SharedHyperTests
{
    [Fact]
    public void Diffie_Hellman_on_Ed25519_points_is_that_of_the_reference()
    {
        using JsonDocument file = SharedVectors.Read("hyper", "noise.json");
        using SecretSlab slab = new();
        int count = 0;
        foreach (JsonElement item in Cases(file))
        {
            if (item.Text("op") is not ("dh" or "dh-bad"))
                continue;
            using SecretKey mine = SecretKey.FromSeed(slab, item.Hex("seedA"));
            byte[] shared = new byte[32];
            bool agreed = mine.TryAgree(new PublicKey(item.Hex("publicB")), shared);
            Assert.Equal(item.Text("op") == "dh", agreed);
            Assert.Equal(agreed ? item.Text("shared") : new string('0', 64), Convert.ToHexStringLower(shared));
            count++;
        }

        Assert.Equal(7, count);
    }

    [Fact]
    public void Secretstreams_are_those_of_the_reference_in_both_directions()
    {
        using JsonDocument file = SharedVectors.Read("hyper", "secret-stream.json");
        int count = 0;
        foreach (JsonElement item in Cases(file))
        {
            if (item.Text("op") != "secretstream")
                continue;
            using SecretStreamCipher sender = new(item.Hex("key"), item.Hex("header"));
            using SecretStreamCipher receiver = new(item.Hex("key"), item.Hex("header"));
            foreach (JsonElement frame in item.GetProperty("frames").EnumerateArray())
            {
                byte[] message = frame.Hex("plaintext");
                byte[] box = new byte[message.Length + SecretStreamCipher.OverheadSize];
                sender.Push(message, box);
                Assert.Equal(frame.Text("ciphertext"), Convert.ToHexStringLower(box));
                byte[] opened = new byte[message.Length];
                Assert.True(receiver.TryPull(box, opened, out StreamTag tag));
                Assert.Equal(StreamTag.Message, tag);
                Assert.Equal(message, opened);
                count++;
            }
        }

        Assert.True(count > 0);
    }

    [Fact]
    public void Block_encryption_uses_the_same_XSalsa20_stream()
    {
        using JsonDocument file = SharedVectors.Read("hyper", "encryption.json");
        JsonElement item = Cases(file).First(c => c.Text("kind") == "primitive");
        byte[] padded = item.Hex("padded");
        byte[] plain = item.Hex("plaintext");

        // The nonce is the block index, then the blinded fork that precedes the block.
        byte[] nonce = new byte[XSalsa20.NonceSize];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, item.GetProperty("index").GetUInt64());
        padded.AsSpan(0, 8).CopyTo(nonce.AsSpan(8));
        byte[] stream = new byte[plain.Length];
        XSalsa20.Transform(plain, stream, nonce, item.Hex("blockKey"));
        Assert.Equal(padded[8..], stream);
    }

    private static IEnumerable<JsonElement> Cases(JsonDocument file) =>
        file.RootElement.GetProperty("cases").EnumerateArray();
}
