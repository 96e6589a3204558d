namespace Samtala.Storage;

/// <summary>What a copy of a data folder cannot carry along.</summary>
/// <param name="BootId">Differs after each start of the machine; empty where unknown.</param>
/// <param name="Inode">Of the lock file; 0 where unknown.</param>
/// <param name="BirthTicks">When the lock file was created, in 100 ns; 0 where unknown.</param>
public sealed record StoreWitness(string BootId, ulong Inode, long BirthTicks)
{
    /// <summary>Whether the folder is another one than at <paramref name="earlier"/>: copied or restored.</summary>
    /// <param name="earlier">From the last start.</param>
    public bool IsOtherFolder(StoreWitness earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return Inode != earlier.Inode || BirthTicks != earlier.BirthTicks;
    }
}
