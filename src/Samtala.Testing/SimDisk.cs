using Samtala.Storage;

namespace Samtala.Testing;

/// <summary>What outlives a simulated process: give the same disk to the next <see cref="SimStore"/>.</summary>
/// <remarks>Not thread-safe: a simulation has one thread, or stores lock it themselves.</remarks>
public sealed class SimDisk
{
    private readonly List<SimState> _unflushed = [];
    private SimState _durable = SimState.Empty;

    internal Lock Gate { get; } = new();

    internal SimState Durable => _durable;

    internal int Generation { get; private set; }

    internal ulong LastExtent { get; set; }

    internal HashSet<ExtentId> Damaged { get; } = [];

    /// <summary>How many batches a crash could lose now.</summary>
    public int UnflushedCount => _unflushed.Count;

    /// <summary>Stops the store on this disk as a power cut would: a random suffix of the batches that were never
    /// flushed is lost, whole batches only.</summary>
    /// <param name="random">Seeded; decides how many batches survive.</param>
    /// <returns>How many batches were lost.</returns>
    public int Crash(Random random)
    {
        lock (Gate)
        {
            Generation++;
            var kept = random.Next(_unflushed.Count + 1);
            var lost = _unflushed.Count - kept;
            if (kept > 0)
                _durable = _unflushed[kept - 1];
            _unflushed.Clear();
            return lost;
        }
    }

    /// <summary>Makes a copy as a backup would. Only flushed batches are in it.</summary>
    /// <returns>A disk of its own, for instance to restart a node from an old state.</returns>
    public SimDisk Copy()
    {
        lock (Gate)
            return new SimDisk { _durable = _durable, LastExtent = LastExtent };
    }

    /// <summary>Damages the bytes of an extent: reads of it fail from now on.</summary>
    /// <param name="extent">Which.</param>
    public void Damage(ExtentId extent)
    {
        lock (Gate)
            Damaged.Add(extent);
    }

    internal void AddUnflushed(SimState state) => _unflushed.Add(state);

    internal void Flush(SimState state)
    {
        _durable = state;
        _unflushed.Clear();
    }

    internal void ForgetUnflushedAfter(int count) => _unflushed.RemoveRange(count, _unflushed.Count - count);
}
