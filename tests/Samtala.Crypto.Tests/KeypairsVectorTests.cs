using Samtala.Encodings;
using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

public sealed class KeypairsVectorTests
{
    [Fact]
    public void Keys_signatures_discovery_keys_and_ids_are_those_of_the_reference()
    {
        using SecretSlab slab = new();
        VectorFile.ForEachCase("keypairs.json", item =>
        {
            using SecretKey key = SecretKey.FromSeed(slab, item.Hex("seed"));
            Assert.Equal(item.Text("publicKey"), key.PublicKey.ToString());
            using (SecretLease secret = key.Open())
                Assert.Equal(item.Text("secretKey"), Convert.ToHexStringLower(secret.Bytes));

            PublicKey publicKey = key.PublicKey;
            Assert.Equal(
                item.Text("discoveryKeyOfPublicKey"), Blake2b.HashKeyed(publicKey.Bytes, "hypercore"u8).ToString());
            Assert.Equal(item.Text("z32"), ZBase32.Encode(publicKey.Bytes));

            byte[] message = item.Hex("message");
            Signature signature = key.Sign(message);
            Assert.Equal(item.Text("signature"), signature.ToString());
            Assert.Equal(item.GetProperty("valid").GetBoolean(), Ed25519.Verify(publicKey, message, signature));
        });
    }
}
