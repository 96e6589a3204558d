using Samtala.Encodings;
using Samtala.Hypercore.Messages;

namespace Samtala.Hypercore.Replication;

/// <summary>What one peer told us of its log. Guarded by the lock of the replicator.</summary>
internal sealed class RemoteState(int pagesMax)
{
    /// <summary>Whether a Sync came.</summary>
    public bool IsSynced { get; private set; }

    public ulong Fork { get; private set; }

    public ulong Length { get; private set; }

    /// <summary>Our length as it last saw it; 0 when the forks differ.</summary>
    public ulong Acknowledged { get; private set; }

    public SyncAbilities Abilities { get; private set; } = SyncAbilities.Uploading | SyncAbilities.Downloading;

    /// <summary>Blocks it says it has.</summary>
    public SparseBitfield Blocks { get; } = new(pagesMax);

    public bool IsUploading => Abilities.HasFlag(SyncAbilities.Uploading);

    public bool IsDownloading => Abilities.HasFlag(SyncAbilities.Downloading);

    public bool HasManifest => Abilities.HasFlag(SyncAbilities.HasManifest);

    /// <returns>Whether its length or fork changed.</returns>
    public bool OnSync(in SyncMessage message)
    {
        bool changed = !IsSynced || message.Length != Length || message.Fork != Fork;
        IsSynced = true;
        Fork = message.Fork;
        Length = message.Length;
        Acknowledged = message.RemoteLength;
        Abilities = message.Abilities;
        return changed;
    }

    /// <summary>Whether it can make our log longer.</summary>
    public bool CanUpgrade(LocalState local) =>
        IsSynced && IsUploading && Fork == local.Fork && Length > local.Length
        && Abilities.HasFlag(SyncAbilities.CanUpgrade)
        && (Acknowledged == local.Length || Blocks.IsSet(0, local.Length));

    /// <summary>Whether what it says it has are blocks of our tree.</summary>
    public bool IsSameTree(LocalState local) => IsSynced && Fork == local.Fork;
}
