namespace Samtala.Protocol.Tests.Mux;

/// <summary>Keeps the frames a mux writes, as they are before encryption.</summary>
internal sealed class FrameLog : IFrameOutput
{
    private byte[] _room = [];

    public List<byte[]> Frames { get; } = [];

    public string? AbortReason { get; private set; }

    public Lock Gate { get; } = new();

    public bool IsCongested { get; set; }

    public int RoomSize { get; set; } = 64 * 1024;

    public Memory<byte> BeginFrame(int sizeMin)
    {
        Assert.True(Gate.IsHeldByCurrentThread);
        _room = new byte[Math.Max(sizeMin, RoomSize)];
        return _room;
    }

    public void EndFrame(int size)
    {
        Assert.True(Gate.IsHeldByCurrentThread);
        if (AbortReason is null)
            Frames.Add(_room[..size]);
    }

    public void Abort(string reason) => AbortReason ??= reason;
}
