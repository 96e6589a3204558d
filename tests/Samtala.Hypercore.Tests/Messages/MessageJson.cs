using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Tests.Messages;

/// <summary>Messages as vector files write them.</summary>
internal static class MessageJson
{
    private delegate bool Decoder<T>(ReadOnlyMemory<byte> source, out T message);

    /// <summary>Null when refused.</summary>
    public static JsonNode? Decode(string name, byte[] payload, out byte[] again)
    {
        again = [];
        switch (name)
        {
            case "handshake":
                if (!HandshakeMessage.TryDecode(payload, out HandshakeMessage handshake))
                    return null;
                handshake.Write(again = new byte[HandshakeMessage.Size]);
                return new JsonObject
                {
                    ["seeks"] = handshake.SupportsSeek,
                    ["capability"] = handshake.Capability.ToString(),
                };
            case "sync":
                return Read<SyncMessage>(SyncMessage.TryDecode, payload, out SyncMessage sync)
                    ? Written(sync.Size, sync.Write, ToJson(sync), out again)
                    : null;
            case "request":
                return Read<RequestMessage>(RequestMessage.TryDecode, payload, out RequestMessage request)
                    ? Written(request.Size, request.Write, ToJson(request), out again)
                    : null;
            case "cancel":
                return Read<CancelMessage>(CancelMessage.TryDecode, payload, out CancelMessage cancel)
                    ? Written(cancel.Size, cancel.Write, new JsonObject { ["request"] = cancel.Request }, out again)
                    : null;
            case "data":
                return Read<DataMessage>(DataMessage.TryDecode, payload, out DataMessage data)
                    ? Written(data.Size, data.Write, ToJson(data), out again)
                    : null;
            default:
                return DecodeRest(name, payload, out again);
        }
    }

    private static JsonNode? DecodeRest(string name, byte[] payload, out byte[] again)
    {
        again = [];
        switch (name)
        {
            case "noData":
                return Read<NoDataMessage>(NoDataMessage.TryDecode, payload, out NoDataMessage noData)
                    ? Written(noData.Size, noData.Write, ToJson(noData), out again)
                    : null;
            case "want" or "unwant":
                return Read<WantMessage>(WantMessage.TryDecode, payload, out WantMessage want)
                    ? Written(want.Size, want.Write, ToJson(want), out again)
                    : null;
            case "bitfield":
                return Read<BitfieldMessage>(BitfieldMessage.TryDecode, payload, out BitfieldMessage bitfield)
                    ? Written(bitfield.Size, bitfield.Write, ToJson(bitfield), out again)
                    : null;
            case "range":
                return Read<RangeMessage>(RangeMessage.TryDecode, payload, out RangeMessage range)
                    ? Written(range.Size, range.Write, ToJson(range), out again)
                    : null;
            case "extension":
                return Read<ExtensionMessage>(ExtensionMessage.TryDecode, payload, out ExtensionMessage extension)
                    ? Written(extension.Size, extension.Write, ToJson(extension), out again)
                    : null;
            default:
                throw new InvalidOperationException($"Unknown kind of case: {name}");
        }
    }

    private static bool Read<T>(Decoder<T> decode, byte[] payload, out T message) => decode(payload, out message);

    private static JsonObject Written(int size, SpanWriter write, JsonObject json, out byte[] again)
    {
        write(again = new byte[size]);
        return json;
    }

    private delegate void SpanWriter(Span<byte> target);

    private static JsonObject ToJson(SyncMessage sync) => new()
    {
        ["fork"] = sync.Fork,
        ["length"] = sync.Length,
        ["remoteLength"] = sync.RemoteLength,
        ["canUpgrade"] = sync.Abilities.HasFlag(SyncAbilities.CanUpgrade),
        ["uploading"] = sync.Abilities.HasFlag(SyncAbilities.Uploading),
        ["downloading"] = sync.Abilities.HasFlag(SyncAbilities.Downloading),
        ["hasManifest"] = sync.Abilities.HasFlag(SyncAbilities.HasManifest),
        ["allowPush"] = sync.Abilities.HasFlag(SyncAbilities.AllowPush),
    };

    private static JsonObject ToJson(RequestMessage message)
    {
        ProofRequest request = message.Request;
        return new JsonObject
        {
            ["id"] = message.Id,
            ["fork"] = request.Fork,
            ["block"] = request.Block is { } block ? Pair("index", block.Index, "nodes", block.Nodes) : null,
            ["hash"] = request.Hash is { } hash ? Pair("index", hash.Index, "nodes", hash.Nodes) : null,
            ["seek"] = request.Seek is { } seek ? Pair("bytes", seek.Bytes, "padding", seek.Padding) : null,
            ["upgrade"] = request.Upgrade is { } longer ? Pair("start", longer.Start, "length", longer.Length) : null,
            ["manifest"] = request.Manifest,
            ["priority"] = message.Priority,
        };
    }

    private static JsonObject ToJson(DataMessage data)
    {
        Proof proof = data.Proof;
        return new JsonObject
        {
            ["request"] = data.Request,
            ["fork"] = proof.Fork,
            ["block"] = proof.Block is { } block
                ? new JsonObject
                {
                    ["index"] = block.Index,
                    ["value"] = Convert.ToHexStringLower(block.Value.Span),
                    ["nodes"] = ToJson(block.Nodes),
                }
                : null,
            ["hash"] = proof.Hash is { } hash
                ? new JsonObject { ["index"] = hash.Index, ["nodes"] = ToJson(hash.Nodes) }
                : null,
            ["seek"] = proof.Seek is { } seek
                ? new JsonObject { ["bytes"] = seek.Bytes, ["nodes"] = ToJson(seek.Nodes) }
                : null,
            ["upgrade"] = proof.Upgrade is { } upgrade
                ? new JsonObject
                {
                    ["start"] = upgrade.Start,
                    ["length"] = upgrade.Length,
                    ["nodes"] = ToJson(upgrade.Nodes),
                    ["additionalNodes"] = ToJson(upgrade.AdditionalNodes),
                    ["signature"] = Convert.ToHexStringLower(upgrade.Signature.Span),
                }
                : null,
            ["manifest"] = ToJson(proof.Manifest),
        };
    }

    private static JsonObject? ToJson(Manifest? manifest) => manifest is null
        ? null
        : new JsonObject
        {
            ["version"] = manifest.Version,
            ["hash"] = "blake2b",
            ["allowPatch"] = manifest.AllowPatch,
            ["quorum"] = manifest.Quorum,
            ["signers"] = new JsonArray([.. manifest.Signers.Select(s => new JsonObject
            {
                ["signature"] = "ed25519",
                ["namespace"] = s.Namespace.ToString(),
                ["publicKey"] = s.PublicKey.ToString(),
            })]),
            ["prologue"] = manifest.Prologue is { } prologue
                ? new JsonObject { ["hash"] = prologue.Hash.ToString(), ["length"] = prologue.Length }
                : null,
            ["linked"] = manifest.Linked is { } linked
                ? new JsonArray([.. linked.Select(k => JsonValue.Create(k.ToString()))])
                : null,
            ["userData"] = manifest.UserData is { } userData ? Convert.ToHexStringLower(userData.Span) : null,
        };

    private static JsonArray ToJson(ImmutableArray<MerkleNode> nodes) => new([.. nodes.Select(n => new JsonObject
    {
        ["index"] = n.Index,
        ["size"] = n.Size,
        ["hash"] = n.Hash.ToString(),
    })]);

    private static JsonObject ToJson(NoDataMessage noData) =>
        new() { ["request"] = noData.Request, ["reason"] = (int)noData.Reason };

    private static JsonObject ToJson(WantMessage want) =>
        new() { ["start"] = want.Start, ["length"] = want.Length, ["any"] = want.Any };

    private static JsonObject ToJson(BitfieldMessage bitfield)
    {
        uint[] words = new uint[bitfield.WordCount];
        bitfield.CopyTo(words);
        Assert.Equal(bitfield.Words.Span, BitfieldMessage.Of(bitfield.Start, words).Words.Span);
        return new JsonObject
        {
            ["start"] = bitfield.Start,
            ["bitfield"] = new JsonArray([.. words.Select(w => JsonValue.Create(w))]),
        };
    }

    private static JsonObject ToJson(RangeMessage range) =>
        new() { ["drop"] = range.Drop, ["start"] = range.Start, ["length"] = range.Length };

    private static JsonObject ToJson(ExtensionMessage extension) => new()
    {
        ["name"] = extension.Name,
        ["message"] = Convert.ToHexStringLower(extension.Payload.Span),
    };

    private static JsonObject Pair(string one, ulong oneValue, string other, ulong otherValue) =>
        new() { [one] = oneValue, [other] = otherValue };
}
