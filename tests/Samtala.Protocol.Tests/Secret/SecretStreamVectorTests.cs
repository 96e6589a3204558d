using System.Text.Json;
using Samtala.Crypto;
using Samtala.Vectors;

namespace Samtala.Protocol.Tests.Secret;

/// <summary>Ids, frames, datagrams and whole conversations of the reference.</summary>
public sealed class SecretStreamVectorTests
{
    [Fact]
    public void Ids_frames_datagrams_and_conversations_are_those_of_the_reference()
    {
        using SecretSlab slab = new();
        VectorFile.ForEachCase("secret-stream.json", item =>
        {
            switch (item.Text("op"))
            {
                case "namespaces":
                    Assert.Equal(item.Text("NS_INITIATOR"), Convert.ToHexStringLower(StreamIds.Initiator));
                    Assert.Equal(item.Text("NS_RESPONDER"), Convert.ToHexStringLower(StreamIds.Responder));
                    Assert.Equal(item.Text("NS_SEND"), Convert.ToHexStringLower(StreamIds.Send));
                    break;
                case "streamId":
                    Ids(item);
                    break;
                case "secretstream":
                    Frames(item);
                    break;
                case "secretstream-error":
                    BadFrame(item);
                    break;
                case "unordered":
                    Datagram(item);
                    break;
                case "full-stream":
                    Conversation(slab, item);
                    break;
                default:
                    Assert.Fail($"Unknown op: {item.Text("op")}");
                    break;
            }
        });
    }

    private static void Ids(JsonElement item)
    {
        byte[] hash = item.Hex("handshakeHash");
        Assert.Equal(item.Text("initiatorId"), StreamIds.OfStream(hash, true).ToString());
        Assert.Equal(item.Text("responderId"), StreamIds.OfStream(hash, false).ToString());
        Assert.Equal(item.Text("unorderedKeyOfInitiator"), StreamIds.OfDatagrams(hash, true).ToString());
        Assert.Equal(item.Text("unorderedKeyOfResponder"), StreamIds.OfDatagrams(hash, false).ToString());
    }

    private static void Frames(JsonElement item)
    {
        using SecretStreamCipher sender = new(item.Hex("key"), item.Hex("header"));
        using SecretStreamCipher receiver = new(item.Hex("key"), item.Hex("header"));
        foreach (JsonElement frame in item.GetProperty("frames").EnumerateArray())
        {
            // In place, as the stream does it.
            byte[] text = frame.Hex("plaintext");
            byte[] box = new byte[text.Length + SecretStreamCipher.OverheadSize];
            text.CopyTo(box, 1);
            sender.Push(box.AsSpan(1, text.Length), box);
            Assert.Equal(frame.Text("ciphertext"), Convert.ToHexStringLower(box));
            Assert.True(receiver.TryPull(box, box.AsSpan(1, text.Length), out StreamTag tag));
            Assert.Equal(StreamTag.Message, tag);
            Assert.Equal(text, box.AsSpan(1, text.Length).ToArray());
        }

        Assert.True(item.GetProperty("decrypts").GetBoolean());
    }

    private static void BadFrame(JsonElement item)
    {
        using SecretStreamCipher receiver = new(item.Hex("key"), item.Hex("header"));
        byte[] box = item.Hex("ciphertext");
        Assert.False(receiver.TryPull(box, box.AsSpan(1, box.Length - SecretStreamCipher.OverheadSize), out _));
    }

    private static void Datagram(JsonElement item)
    {
        Hash32 key = new(item.Hex("key"));
        byte[] text = item.Hex("plaintext");
        byte[] counter = item.Hex("counter");

        // The counter is incremented before it is used.
        byte[] before = [.. counter];
        for (int i = 0; i < before.Length && before[i]-- == 0; i++)
        {
            // Borrows from the next byte.
        }

        DatagramBox box = new(key, key, before);
        byte[] datagram = new byte[text.Length + DatagramBox.OverheadSize];
        box.Seal(text, datagram);
        Assert.Equal(item.Text("datagram"), Convert.ToHexStringLower(datagram));
        byte[] opened = new byte[text.Length];
        Assert.True(box.TryOpen(datagram, opened, out int size));
        Assert.Equal(text, opened[..size]);
    }

    private static void Conversation(SecretSlab slab, JsonElement item)
    {
        string sentByInitiator = Joined(item, "bytesFromInitiator");
        string sentByResponder = Joined(item, "bytesFromResponder");
        using SecretKey initiatorKey = SecretKey.FromSeed(slab, item.GetProperty("initiator").Hex("staticSeed"));
        using SecretKey responderKey = SecretKey.FromSeed(slab, item.GetProperty("responder").Hex("staticSeed"));
        NoisePattern pattern = Enum.Parse<NoisePattern>(item.Text("pattern"));
        NoiseSettings settings = new() { IsInitiator = true, Pattern = pattern };
        using StreamEnd initiator = new(
            settings with { StaticKey = initiatorKey, RemoteStatic = responderKey.PublicKey },
            slab,
            RandomOf(item, "initiator", "bytesFromInitiator"));
        using StreamEnd responder = new(
            settings with { StaticKey = responderKey, IsInitiator = false },
            slab,
            RandomOf(item, "responder", "bytesFromResponder"));
        initiator.Stream.Start();
        responder.Stream.Start();
        initiator.Exchange(responder);
        foreach (JsonElement text in item.GetProperty("plaintextFromInitiator").EnumerateArray())
            initiator.Stream.Send(Convert.FromHexString(text.GetString()!));
        foreach (JsonElement text in item.GetProperty("plaintextFromResponder").EnumerateArray())
            responder.Stream.Send(Convert.FromHexString(text.GetString()!));
        initiator.Exchange(responder);

        Assert.Equal(sentByInitiator, Convert.ToHexStringLower([.. initiator.Sent]));
        Assert.Equal(sentByResponder, Convert.ToHexStringLower([.. responder.Sent]));
        Assert.Equal(Texts(item, "receivedByInitiator"), initiator.Messages.Select(Convert.ToHexStringLower));
        Assert.Equal(Texts(item, "receivedByResponder"), responder.Messages.Select(Convert.ToHexStringLower));
        Assert.Equal(
            item.Text("handshakeHash"), Convert.ToHexStringLower(initiator.Stream.Identity!.HandshakeHash.Span));
        Assert.Equal(initiatorKey.PublicKey, responder.Stream.Identity!.RemotePublicKey);
        Assert.Equal(responderKey.PublicKey, initiator.Stream.Identity.RemotePublicKey);
    }

    private static IEnumerable<string> Texts(JsonElement item, string name) =>
        item.GetProperty(name).EnumerateArray().Select(t => t.GetString()!);

    private static string Joined(JsonElement item, string name) => string.Concat(Texts(item, name));

    private static ScriptedRandom RandomOf(JsonElement item, string side, string sent)
    {
        string frame = Texts(item, sent).Single(t => t.StartsWith("380000", StringComparison.Ordinal));
        return new ScriptedRandom(item.GetProperty(side).Hex("ephemeralSeed"), Convert.FromHexString(frame)[35..]);
    }
}
