using Samtala.Encodings;
using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Proofs;
using Samtala.Protocol;
using Samtala.Testing;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>Our side of a session whose other side was recorded.</summary>
internal sealed class RecordedPeer : IFrameOutput
{
    private readonly ReplicationWorld _world = new(new Random(1));
    private byte[] _room = [];

    public RecordedPeer(byte[] handshakeHash, bool isInitiator) =>
        Mux = new Protomux(this, new StreamIdentity(isInitiator, default, handshakeHash));

    public Protomux Mux { get; }

    public Lock Gate { get; } = new();

    public bool IsCongested => false;

    /// <summary>Messages of channels: type and payload as hexadecimal digits.</summary>
    public List<(ulong Type, string Payload)> Sent { get; } = [];

    public List<byte[]> SentFrames { get; } = [];

    public SimClock Clock => _world.Clock;

    public ReplicationWorld.Node Serve(MemoryLog log)
    {
        ReplicationWorld.Node node = _world.Add(log);
        node.Attach(Mux);
        return node;
    }

    public void Receive(byte[] frame) => Mux.Receive(frame);

    /// <summary>Receives a frame; an answer in it is given the id of our request for the same thing, and left out when
    /// we asked for no such thing.</summary>
    public void ReceiveAsAnswer(byte[] frame)
    {
        List<(ulong Type, byte[] Payload)> messages = Split(frame);
        if (!messages.Exists(message => (MessageType)message.Type == MessageType.Data))
        {
            Receive(frame);
            return;
        }

        foreach ((ulong type, byte[] payload) in messages)
        {
            Assert.True(DataMessage.TryDecode(payload, out DataMessage data));
            ulong id = FindRequest(data.Proof);
            if (id == 0)
                continue;
            DataMessage answer = data with { Request = id };
            byte[] bytes = new byte[2 + answer.Size];
            bytes[0] = 1;
            bytes[1] = (byte)type;
            answer.Write(bytes.AsSpan(2));
            Receive(bytes);
        }
    }

    /// <summary>The messages of a frame, those about channels themselves left out.</summary>
    public static List<(ulong Type, byte[] Payload)> Split(byte[] frame)
    {
        List<(ulong, byte[])> messages = [];
        CompactReader reader = new(frame);
        Assert.True(reader.TryReadUInt(out ulong channel) & reader.TryReadUInt(out ulong type));
        if (channel != 0)
        {
            messages.Add((type, reader.ReadRest().ToArray()));
            return messages;
        }

        if (type != 0)
            return messages;
        Assert.True(reader.TryReadUInt(out channel));
        while (!reader.IsAtEnd)
        {
            Assert.True(reader.TryReadBuffer(out ReadOnlySpan<byte> entry));
            if (entry.IsEmpty)
            {
                Assert.True(reader.TryReadUInt(out channel));
                continue;
            }

            CompactReader inner = new(entry);
            Assert.True(inner.TryReadUInt(out type));
            if (channel != 0)
                messages.Add((type, inner.ReadRest().ToArray()));
        }

        return messages;
    }

    public Memory<byte> BeginFrame(int sizeMin)
    {
        _room = new byte[Math.Max(sizeMin, 65_536)];
        return _room;
    }

    public void EndFrame(int size)
    {
        byte[] frame = _room[..size];
        SentFrames.Add(frame);
        foreach ((ulong type, byte[] payload) in Split(frame))
            Sent.Add((type, Convert.ToHexStringLower(payload)));
    }

    public void Abort(string reason)
    {
        // The test looks at the reason.
    }

    private ulong FindRequest(Proof proof)
    {
        for (int i = 0; i < Sent.Count; i++)
        {
            if ((MessageType)Sent[i].Type != MessageType.Request
                || !RequestMessage.TryDecode(Convert.FromHexString(Sent[i].Payload), out RequestMessage request)
                || request.Request.Fork != proof.Fork
                || request.Request.Block?.Index != proof.Block?.Index
                || request.Request.Hash?.Index != proof.Hash?.Index
                || (request.Request.Upgrade is null) != (proof.Upgrade is null))
            {
                continue;
            }

            Sent.RemoveAt(i);
            return request.Id;
        }

        return 0;
    }
}
