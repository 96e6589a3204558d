namespace Samtala.Protocol.Tests.Mux;

/// <summary>Writes down what a channel is told.</summary>
internal sealed class RecordingHandler : IChannelHandler
{
    public List<string> Events { get; } = [];

    public List<(ulong Type, byte[] Payload)> Messages { get; } = [];

    public Action<Channel, ulong, ReadOnlyMemory<byte>>? Message { get; init; }

    public int CloseCount { get; private set; }

    public void OnOpen(Channel channel, ReadOnlyMemory<byte> handshake)
    {
        Assert.False(channel.Mux.Gate.IsHeldByCurrentThread);
        Events.Add("open " + Convert.ToHexStringLower(handshake.Span));
    }

    public void OnMessage(Channel channel, ulong type, ReadOnlyMemory<byte> payload)
    {
        Assert.False(channel.Mux.Gate.IsHeldByCurrentThread);
        Messages.Add((type, payload.ToArray()));
        Message?.Invoke(channel, type, payload);
    }

    public void OnClose(Channel channel, bool byRemote)
    {
        Assert.False(channel.Mux.Gate.IsHeldByCurrentThread);
        CloseCount++;
        Events.Add(byRemote ? "closed by remote" : "closed");
    }

    public void OnDrain(Channel channel) => Events.Add("drain");
}
