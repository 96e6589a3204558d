namespace Samtala.Services.Nodes;

/// <summary>How much a folder takes, measured at most every ten seconds.</summary>
internal sealed class DiskUse
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long _bytes;
    private DateTimeOffset _measured = DateTimeOffset.MinValue;

    public DiskUse(string folder, TimeProvider time)
    {
        _folder = folder;
        _time = time;
    }

    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                var now = _time.GetUtcNow();
                if (now - _measured > s_fresh)
                    (_bytes, _measured) = (Measure(), now);
                return _bytes;
            }
        }
    }

    private long Measure()
    {
        EnumerationOptions all = new()
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.None,
        };
        long sum = 0;
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*", all))
        {
            try
            {
                sum += file.Length;
            }
            catch (FileNotFoundException)
            {
                // It was deleted meanwhile.
            }
        }

        return sum;
    }
}
