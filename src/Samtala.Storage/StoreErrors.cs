namespace Samtala.Storage;

/// <summary>The errors people see, by code. Source: docs/errors.md.</summary>
internal static class StoreErrors
{
    private const string Restore = "Restore the data folder from a backup.";

    public static StoreException InUse(string folder, Exception inner) => new(
        $"SAM0401: data folder '{folder}' is in use by another process. Stop that one, or choose another folder.",
        inner);

    public static StoreException OtherVersion(string file, string what, string remedy) => new(
        $"SAM0402: file '{file}' of the data folder {what}. {remedy}");

    public static StoreException Unusable(string folder, Exception inner) => new(
        $"SAM0403: data folder '{folder}' cannot be used: {inner.Message} Free some space, or check its permissions "
        + "and the disk.",
        inner);

    public static StoreCorruptException DamagedFormat(string file, string why) => new(
        $"SAM0404: file '{file}' of the data folder is damaged at byte 0: {why}. {Restore}");

    public static StoreCorruptException DamagedCheckpoint(string file, string why) => new(
        $"SAM0405: file '{file}' of the data folder is damaged or of an earlier layout: {why}. {Restore}");

    public static StoreCorruptException DamagedLog(string path, long offset, string why) => new(
        $"SAM0406: write-ahead log '{path}' is damaged at {offset}: {why}. {Restore}");

    public static StoreCorruptException DamagedTable(string path, long offset, string why) => new(
        $"SAM0407: table file '{path}' is damaged in the block at {offset}: {why}. {Restore}");

    public static StoreCorruptException DamagedExtent(ulong id, string path, long offset, string why) => new(
        $"SAM0408: Extent {id} in file '{path}' at {offset} is damaged: {why}. "
        + "Fetch its bytes again from a peer that has them, or restore a backup.");

    public static StoreException Refused(string what, Exception inner) => new(
        $"SAM0409: the disk refused {what} ({inner.Message}). Free some space or check the disk, then try again.",
        inner);
}
