namespace Samtala.Protocol.Tests.Mux;

/// <summary>Two muxes whose frames are carried by hand.</summary>
internal sealed class MuxPair
{
    public MuxPair(ProtomuxOptions? options = null)
    {
        Left = new Protomux(LeftOutput, new StreamIdentity(true, default, new byte[64]), options);
        Right = new Protomux(RightOutput, new StreamIdentity(false, default, new byte[64]), options);
    }

    public FrameLog LeftOutput { get; } = new();

    public FrameLog RightOutput { get; } = new();

    public Protomux Left { get; }

    public Protomux Right { get; }

    /// <summary>Carries frames until nothing is left.</summary>
    public void Exchange()
    {
        while (LeftOutput.Frames.Count + RightOutput.Frames.Count > 0)
        {
            Carry(LeftOutput, Right);
            Carry(RightOutput, Left);
        }
    }

    private static void Carry(FrameLog from, Protomux to)
    {
        byte[][] frames = [.. from.Frames];
        from.Frames.Clear();
        foreach (byte[] frame in frames)
        {
            to.Receive(frame);

            // Whoever kept the payload reads nonsense from now on.
            frame.AsSpan().Fill(0xee);
        }
    }
}
