using Samtala.Crypto;
using Samtala.Protocol;

namespace Samtala.Hypercore.Tests.Replication;

/// <summary>Muxes joined by memory. Nothing moves until told to, in an order that a seed decides.</summary>
internal sealed class SimNet(Random random)
{
    private readonly List<SimLink> _links = [];
    private byte _next = 1;

    public SimLink Connect()
    {
        SimLink link = new(_next++);
        _links.Add(link);
        return link;
    }

    /// <summary>Delivers one frame.</summary>
    /// <returns>False when none is on its way.</returns>
    public bool Step()
    {
        List<(SimLink Link, bool FromA)> ready = [];
        foreach (SimLink link in _links)
        {
            if (link.A.HasFrames && !link.IsSlow)
                ready.Add((link, true));
            if (link.B.HasFrames && !link.IsSlow)
                ready.Add((link, false));
        }

        if (ready.Count == 0)
            return false;
        (SimLink chosen, bool fromA) = ready[random.Next(ready.Count)];
        chosen.Deliver(fromA);
        return true;
    }

    public int Run(int stepsMax = 1_000_000)
    {
        int steps = 0;
        while (steps < stepsMax && Step())
            steps++;
        return steps;
    }
}

/// <summary>One connection.</summary>
internal sealed class SimLink
{
    public SimLink(byte number)
    {
        byte[] hash = new byte[64];
        hash.AsSpan().Fill(number);
        A = new SimEnd(new StreamIdentity(true, KeyOf(number, 1), hash));
        B = new SimEnd(new StreamIdentity(false, KeyOf(number, 0), hash));
    }

    public SimEnd A { get; }

    public SimEnd B { get; }

    /// <summary>Frames stay on their way while true.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Looks at, changes or drops a frame: from A or B, its bytes.</summary>
    public Func<bool, byte[], byte[]?>? Tamper { get; set; }

    public void Deliver(bool fromA)
    {
        SimEnd from = fromA ? A : B;
        SimEnd to = fromA ? B : A;
        byte[]? frame = from.Take();
        if (Tamper is not null)
            frame = Tamper(fromA, frame);
        if (frame is not null && !to.Mux.IsDestroyed)
        {
            to.Mux.Receive(frame);

            // As a real connection does: the next bytes go to the same place.
            frame.AsSpan().Fill(0xee);
        }

        if (to.Mux.IsDestroyed || from.Mux.IsDestroyed)
            Drop();
    }

    public void Drop()
    {
        A.Clear();
        B.Clear();
        A.Mux.Shutdown("The connection was lost.");
        B.Mux.Shutdown("The connection was lost.");
        A.Clear();
        B.Clear();
    }

    private static PublicKey KeyOf(byte number, byte side)
    {
        byte[] bytes = new byte[PublicKey.Size];
        bytes[0] = number;
        bytes[1] = side;
        return new PublicKey(bytes);
    }
}

internal sealed class SimEnd : IFrameOutput
{
    private readonly Queue<byte[]> _frames = new();
    private byte[] _room = [];
    private long _queued;

    public SimEnd(StreamIdentity identity) => Mux = new Protomux(this, identity);

    public Protomux Mux { get; }

    public Lock Gate { get; } = new();

    public bool IsCongested => _queued > CongestedAt;

    public long CongestedAt { get; set; } = 256 * 1024;

    public bool HasFrames
    {
        get
        {
            lock (Gate)
                return _frames.Count > 0;
        }
    }

    public long BytesSent { get; private set; }

    public Memory<byte> BeginFrame(int sizeMin)
    {
        _room = new byte[Math.Max(sizeMin, 16 * 1024)];
        return _room;
    }

    public void EndFrame(int size)
    {
        _frames.Enqueue(_room[..size]);
        _queued += size;
        BytesSent += size;
    }

    public void Abort(string reason) => Clear();

    public byte[] Take()
    {
        bool wasCongested;
        byte[] frame;
        lock (Gate)
        {
            wasCongested = IsCongested;
            frame = _frames.Dequeue();
            _queued -= frame.Length;
        }

        if (wasCongested && !IsCongested)
            Mux.Drained();
        return frame;
    }

    public void Clear()
    {
        lock (Gate)
        {
            _frames.Clear();
            _queued = 0;
        }
    }
}
