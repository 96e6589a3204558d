using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Signatures;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Messages;

/// <summary>Random and mutated bytes into every decoder; SAMTALA_FUZZ=N runs N of each instead of 50,000.</summary>
public sealed class DecoderFuzzTests
{
    private const string CountVariable = "SAMTALA_FUZZ";
    private const long FixedAllocationMax = 64 * 1024;

    private static readonly Dictionary<string, Func<byte[], bool>> s_decoders = new()
    {
        ["handshake"] = b => HandshakeMessage.TryDecode(b, out _),
        ["sync"] = b => SyncMessage.TryDecode(b, out _),
        ["request"] = b => RequestMessage.TryDecode(b, out _),
        ["cancel"] = b => CancelMessage.TryDecode(b, out _),
        ["data"] = b => DataMessage.TryDecode(b, out _),
        ["noData"] = b => NoDataMessage.TryDecode(b, out _),
        ["want"] = b => WantMessage.TryDecode(b, out _),
        ["bitfield"] = b => BitfieldMessage.TryDecode(b, out _),
        ["range"] = b => RangeMessage.TryDecode(b, out _),
        ["extension"] = b => ExtensionMessage.TryDecode(b, out _),
        ["manifest"] = b => Manifest.TryDecode(b, out _),
        ["multiSignature0"] = b => MultiSignature.TryDecode(0, b, out _),
        ["multiSignature1"] = b => MultiSignature.TryDecode(1, b, out _),
        ["conflict"] = b => ConflictProof.TryDecode(b, out _),
        ["verified"] = Verify,
    };

    private static readonly LogAuthority s_authority = new(default(Hash32), null);

    public static TheoryData<string> Decoders => [.. s_decoders.Keys];

    [Theory]
    [MemberData(nameof(Decoders))]
    public void No_bytes_make_a_decoder_throw_or_allocate_without_bound(string name)
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out int given) ? given : 50_000;
        Random random = TestSeed.NewRandom();
        List<byte[]> seeds = Seeds(name);
        Func<byte[], bool> decode = s_decoders[name];
        int accepted = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] input = Mutate(random, seeds);
            long before = GC.GetAllocatedBytesForCurrentThread();
            accepted += decode(input) ? 1 : 0;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                allocated <= FixedAllocationMax + (16 * input.Length),
                $"{allocated} bytes for {Convert.ToHexStringLower(input)}");
        }

        Assert.True(accepted > 0 || name == "conflict", "Nothing was accepted: the mutations are too wild.");
    }

    private static bool Verify(byte[] bytes) =>
        DataMessage.TryDecode(bytes, out DataMessage message)
        && ProofVerifier.VerifyAlone(s_authority, message.Proof) is { IsAccepted: true };

    private static List<byte[]> Seeds(string name)
    {
        List<byte[]> seeds = [new byte[80]];
        VectorFile.ForEachCase("hypercore-messages.json", item =>
        {
            if (item.Text("message") == (name == "verified" ? "data" : name))
                seeds.Add(item.Hex("hex"));
        });
        if (name is "data" or "verified" or "conflict")
            VectorFile.ForEachCase("proofs.json", item => seeds.Add(item.Hex("data")));
        if (name is "manifest")
            VectorFile.ForEachCase("proof-requests.json", item => seeds.Add(item.Hex("manifest")));
        if (name.StartsWith("multiSignature", StringComparison.Ordinal))
        {
            VectorFile.ForEachCase("proof-requests.json", item =>
            {
                if (item.Text("kind") == "patched")
                    seeds.Add(item.Hex("container"));
            });
        }

        return seeds;
    }

    private static byte[] Mutate(Random random, List<byte[]> seeds)
    {
        byte[] seed = seeds[random.Next(seeds.Count)];
        byte[] input = random.Next(4) == 0 ? seed[..random.Next(seed.Length + 1)] : [.. seed];
        for (int edits = random.Next(5); edits > 0 && input.Length > 0; edits--)
        {
            int at = random.Next(input.Length);
            input[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(0xfd + random.Next(3)),
                _ => (byte)(input[at] ^ (1 << random.Next(8))),
            };
        }

        return input;
    }
}
