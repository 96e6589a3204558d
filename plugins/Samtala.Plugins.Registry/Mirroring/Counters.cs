namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>What one mirror did. Safe from any thread.</summary>
internal sealed class Counters
{
    private long _misses;
    private long _requests;
    private long _bytes;
    private long _failures;
    private long _refused;
    private long _served;
    private long _peerFiles;
    private long _peerBytes;

    /// <summary>All counters now.</summary>
    public CounterRecord Now => new(
        Interlocked.Read(ref _misses),
        Interlocked.Read(ref _requests),
        Interlocked.Read(ref _bytes),
        Interlocked.Read(ref _failures),
        Interlocked.Read(ref _refused),
        Interlocked.Read(ref _served),
        Interlocked.Read(ref _peerFiles),
        Interlocked.Read(ref _peerBytes));

    /// <summary>Goes on from what was kept.</summary>
    public void Add(CounterRecord kept)
    {
        Interlocked.Add(ref _misses, kept.Misses);
        Interlocked.Add(ref _requests, kept.Requests);
        Interlocked.Add(ref _bytes, kept.Bytes);
        Interlocked.Add(ref _failures, kept.Failures);
        Interlocked.Add(ref _refused, kept.Refused);
        Interlocked.Add(ref _served, kept.Served);
        Interlocked.Add(ref _peerFiles, kept.PeerFiles);
        Interlocked.Add(ref _peerBytes, kept.PeerBytes);
    }

    public void Missed(long bytes)
    {
        Interlocked.Increment(ref _misses);
        Interlocked.Add(ref _served, bytes);
    }

    public void Asked() => Interlocked.Increment(ref _requests);

    public void Received(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Counts a document or file that came from a followed mirror.</summary>
    public void ReceivedFromPeer(long bytes)
    {
        Interlocked.Increment(ref _peerFiles);
        Interlocked.Add(ref _peerBytes, bytes);
    }

    public void Failed() => Interlocked.Increment(ref _failures);

    public void Refused() => Interlocked.Increment(ref _refused);
}
