using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Proofs;

public sealed class ProofsVectorTests
{
    [Fact]
    public void Verdicts_error_codes_and_states_are_those_of_the_reference() =>
        VectorFile.ForEachCase("proofs.json", item =>
        {
            if (item.Text("kind") is not ("v1" or "compat"))
                Assert.Fail($"Unknown kind of case: {item.Text("kind")}");
            LogAuthority authority = new(new Hash32(item.Hex("key")), null);
            NodeTable log = new();
            foreach (JsonElement message in item.GetProperty("setupMessages").EnumerateArray())
                Assert.Equal(ProofError.None, log.Take(ref authority, Decode(message.GetString()!)));
            if (item.TryGetProperty("verifierBefore", out JsonElement before))
                CheckState(before, log);

            ProofError error = log.Take(ref authority, Decode(item.Text("data")));
            JsonElement expected = item.GetProperty("expected");
            string name = item.Text("name");
            bool isAccepted = expected.GetProperty("accepted").GetBoolean();
            Assert.True(isAccepted == (error == ProofError.None), $"{name}: {error}");
            if (expected.TryGetProperty("error", out JsonElement code))
                Assert.True(CodeOf(error) == code.GetString(), $"{name}: {error} instead of {code}");
            CheckState(item.GetProperty("verifierAfter"), log);
        });

    [Fact]
    public void The_reference_s_requests_are_answered_byte_for_byte() =>
        VectorFile.ForEachCase("proofs.json", item =>
        {
            Assert.True(RequestMessage.TryDecode(item.Hex("request"), out RequestMessage request));
            byte[] again = new byte[request.Size];
            request.Write(again);
            Assert.Equal(item.Text("request"), Convert.ToHexStringLower(again));
            byte[] data = Convert.FromHexString(item.TryGetProperty("honest", out JsonElement honest)
                ? honest.GetString()!
                : item.Text("data"));
            Assert.True(DataMessage.TryDecode(data, out DataMessage message));
            byte[] rewritten = new byte[message.Size];
            message.Write(rewritten);
            Assert.Equal(data, rewritten);
        });

    private static Proof Decode(string hex)
    {
        Assert.True(DataMessage.TryDecode(Convert.FromHexString(hex), out DataMessage message));
        return message.Proof;
    }

    private static string CodeOf(ProofError error) => error switch
    {
        ProofError.InvalidOperation => "INVALID_OPERATION",
        ProofError.InvalidChecksum => "INVALID_CHECKSUM",
        ProofError.InvalidSignature => "INVALID_SIGNATURE",
        ProofError.InvalidProof => "INVALID_PROOF",
        _ => error.ToString(),
    };

    private static void CheckState(JsonElement state, NodeTable log)
    {
        Assert.Equal(state.GetProperty("length").GetUInt64(), log.Head.Length);
        if (state.TryGetProperty("has", out JsonElement has))
            Assert.Equal(has.EnumerateArray().Select(e => e.GetUInt64()), log.Blocks.Keys.Order());
    }
}
