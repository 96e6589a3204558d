namespace Samtala.Hypercore.Bees;

/// <summary>What all views of one bee have in common.</summary>
internal sealed class BeeShared
{
    private readonly Lock _gate = new();
    private BeeReader _reader;

    public BeeShared(IBeeLog log, BeeOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CacheSize, 64 * 1024, nameof(options));
        Log = log;
        Options = options;
        _reader = new BeeReader(log, options.CacheSize);
    }

    public IBeeLog Log { get; }

    public BeeOptions Options { get; }

    public Turn Turn { get; } = new();

    /// <summary>For the log as it is now; what was read before a truncation is forgotten.</summary>
    public BeeReader Reader
    {
        get
        {
            BeeReader reader = Volatile.Read(ref _reader);
            if (reader.IsOfThisLog())
                return reader;
            lock (_gate)
            {
                if (!_reader.IsOfThisLog())
                    Volatile.Write(ref _reader, new BeeReader(Log, Options.CacheSize));
                return _reader;
            }
        }
    }

    /// <summary>Forgets what was read: the disk refused blocks, and others may come in their place.</summary>
    public void Forget()
    {
        lock (_gate)
            Volatile.Write(ref _reader, new BeeReader(Log, Options.CacheSize));
    }
}
