using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Logs.Core;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>encryption.json: keys, stored blocks, and lengths as JavaScript shows them.</summary>
public sealed class EncryptionVectorTests
{
    [Fact]
    public async Task Blocks_are_encrypted_as_JavaScript_does()
    {
        await using LogWorld world = new();
        VectorFile.ForEachCase("encryption.json", item =>
        {
            switch (item.Text("kind"))
            {
                case "primitive":
                    RunPrimitive(item);
                    break;
                case "default" or "compat core" or "block key":
                    RunLog(world, item);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown kind '{item.Text("kind")}'.");
            }
        });
    }

    private static void RunPrimitive(JsonElement item)
    {
        byte[] keys = [.. item.Hex("blockKey"), .. item.Hex("blindingKey")];
        byte[] plain = item.Hex("plaintext");
        byte[] stored = new byte[plain.Length + BlockCipher.Padding];
        BlockCipher.Encrypt(
            (item.GetProperty("index").GetUInt64(), item.GetProperty("fork").GetUInt64()), keys, plain, stored);
        Assert.Equal(item.Text("padded"), Convert.ToHexStringLower(stored));
    }

    private static void RunLog(LogWorld world, JsonElement item)
    {
        using SymmetricKey key = world.Secret(item.Hex("encryptionKey"));
        BlockCipher cipher = new(
            Hash32.Parse(item.Text("coreKey")), () => item.Text("kind") == "compat core",
            new LogEncryption(key, item.Text("kind") == "block key"));
        CheckKeys(cipher, item);
        int total = 0;
        foreach (JsonElement block in item.GetProperty("blocks").EnumerateArray())
        {
            ulong index = block.GetProperty("index").GetUInt64();
            byte[] plain = block.Hex("plaintext");
            byte[] stored = new byte[plain.Length + BlockCipher.Padding];
            cipher.Encrypt(index, block.GetProperty("fork").GetUInt64(), plain, stored);
            Assert.Equal(block.Text("stored"), Convert.ToHexStringLower(stored));
            Assert.Equal(block.Hex("decrypted"), cipher.Decrypt(index, stored));
            total += plain.Length;
        }

        Assert.Equal(item.GetProperty("byteLength").GetInt32(), total);
    }

    private static void CheckKeys(BlockCipher cipher, JsonElement item)
    {
        byte[] keys = new byte[2 * XSalsa20.KeySize];
        cipher.DeriveKeys(keys);
        Assert.Equal(item.Text("blockKey"), Convert.ToHexStringLower(keys.AsSpan(0, XSalsa20.KeySize)));
        Assert.Equal(item.Text("blindingKey"), Convert.ToHexStringLower(keys.AsSpan(XSalsa20.KeySize)));
    }
}
