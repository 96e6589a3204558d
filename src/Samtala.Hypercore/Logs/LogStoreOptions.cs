using System.ComponentModel.DataAnnotations;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs;

/// <summary>How much the logs of one store may use, and where the store comes from.</summary>
public sealed record LogStoreOptions
{
    /// <summary>About how much memory pages of tree nodes may take, for all logs together, in bytes.</summary>
    /// <value>Default 16 MiB. Valid 64 KiB to 4 GiB.</value>
    [Range(64 << 10, 4L << 30)]
    public long PageMemory { get; init; } = 16 << 20;

    /// <summary>How many bytes of blocks are written together, when there are so many.</summary>
    /// <value>Default 1 MiB. Valid 64 KiB to 16 MiB.</value>
    [Range(64 << 10, 16 << 20)]
    public int GroupSize { get; init; } = 1 << 20;

    /// <summary>How many bytes of one log may wait for the disk before appends and downloads wait too.</summary>
    /// <value>Default 8 MiB. Valid 128 KiB to 256 MiB.</value>
    [Range(128 << 10, 256 << 20)]
    public int WaitingSizeMax { get; init; } = 8 << 20;

    /// <summary>How long downloaded blocks wait for others, to be written together.</summary>
    /// <value>Default 10 ms. Valid zero to 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan DownloadDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether what was acknowledged in the last run is all here.</summary>
    /// <value>Default <see cref="StoreHistory.Continuous"/>.</value>
    public StoreHistory History { get; init; } = StoreHistory.Continuous;
}

/// <summary>Whether the data folder continues the last run, or may be an older copy.</summary>
/// <param name="IsContinuous">False when own logs must not be written before their heads are verified.</param>
/// <param name="Reason">For people; empty when continuous.</param>
public sealed record StoreHistory(bool IsContinuous, string Reason)
{
    /// <summary>Nothing can be missing.</summary>
    public static StoreHistory Continuous { get; } = new(true, "");

    /// <summary>Judges what the embedded store knows: the same folder, and either a clean stop or the same boot of the
    /// machine. Source: docs/logs.md, "Never fork by accident".</summary>
    /// <param name="store">Open.</param>
    public static StoreHistory Of(EmbeddedStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.PreviousWitness is not { } previous || store.Witness is not { } now)
            return Continuous;
        if (now.IsOtherFolder(previous))
            return new StoreHistory(false, "the data folder was copied or restored from a backup");
        if (store.StoppedCleanly || (now.BootId.Length > 0 && now.BootId == previous.BootId))
            return Continuous;
        return new StoreHistory(false, "the machine stopped without closing the data folder");
    }
}
