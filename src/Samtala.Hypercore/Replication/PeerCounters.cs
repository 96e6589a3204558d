namespace Samtala.Hypercore.Replication;

/// <summary>What went over one channel. Written by whoever does it, read by anybody.</summary>
internal sealed class PeerCounters
{
    public long BlocksReceived;
    public long BytesReceived;
    public long BlocksSent;
    public long BytesSent;
    public long RequestsSent;
    public long RequestsReceived;
    public long NoDataReceived;
    public long NoDataSent;
    public long InvalidData;
    public long InvalidRequests;
    public long Misfits;
    public long Unasked;
    public long HotSwaps;

    public void Add(PeerCounters other)
    {
        BlocksReceived += other.BlocksReceived;
        BytesReceived += other.BytesReceived;
        BlocksSent += other.BlocksSent;
        BytesSent += other.BytesSent;
        HotSwaps += other.HotSwaps;
        InvalidData += other.InvalidData;
    }

    public void AddReceived(int bytes)
    {
        Interlocked.Increment(ref BlocksReceived);
        Interlocked.Add(ref BytesReceived, bytes);
    }

    public void AddSent(int bytes)
    {
        Interlocked.Increment(ref BlocksSent);
        Interlocked.Add(ref BytesSent, bytes);
    }
}
