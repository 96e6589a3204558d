using Samtala.Crypto;

namespace Samtala.Hypercore.Logs;

/// <summary>The errors people see, by code. Source: docs/errors.md.</summary>
internal static class LogErrors
{
    public static LogException NotWritable(in Hash32 key) => new(
        LogProblem.NotWritable,
        $"SAM0951: log {key} cannot be written here: no secret key of a signer is at hand. Open it with the key, or "
        + "give a collected signature with the append.");

    public static LogException BadSignature(in Hash32 key, ulong length) => new(
        LogProblem.BadSignature,
        $"SAM0952: the signature is not valid for log {key} at length {length}. Ask the signers to sign what "
        + "PrepareAppend returns for these blocks.");

    public static LogException BlockTooLarge(long size) => new(
        LogProblem.TooLarge,
        $"SAM0953: a block of {size} bytes is too large; the limit is {LogLimits.BlockSizeMax}. Cut it into several.");

    public static LogException AppendTooLarge(string what) => new(
        LogProblem.TooLarge,
        $"SAM0953: one append of {what} is too large; the limits are {LogLimits.AppendCountMax} blocks and "
        + $"{LogLimits.AppendSizeMax} bytes. Append in several calls.");

    public static LogException UserDataTooLarge(string what) => new(
        LogProblem.TooLarge, $"SAM0953: {what}. Keep larger things in blocks.");

    public static LogException ForkRefused(in Hash32 key) => new(
        LogProblem.ForkRefused,
        $"SAM0954: log {key} must never be cut back or rewritten. Go on in a new incarnation instead.");

    public static LogException Frozen(in Hash32 key) => new(
        LogProblem.Frozen,
        $"SAM0955: log {key} is frozen: its writer signed two different logs, and the proof is kept. Go on in a new "
        + "log.");

    public static LogException MustVerifyHead(in Hash32 key) => new(
        LogProblem.MustVerifyHead,
        $"SAM0956: log {key} is closed for writing: the data folder was copied or restored, or the machine lost power, "
        + "so a newer head may exist at peers. Ask them and confirm the head, or go on in a new incarnation.");

    public static LogException Changed(in Hash32 key) => new(
        LogProblem.Conflict, $"SAM0957: log {key} changed in between. Read its head again and repeat.");

    public static LogException ReadOnly(string what) => new(
        LogProblem.ReadOnly, $"SAM0958: {what} does not change. Use a session of the log itself.");

    public static LogException DamagedPage(int level, ulong number) => new(
        LogProblem.Damaged,
        $"SAM0959: page {number} of level {level} of a log's tree is not what was written. Restore a backup, or delete "
        + "the log and fetch it from peers.");

    public static LogException DamagedRecord(string keyspace, ulong number) => new(
        LogProblem.Damaged,
        $"SAM0959: record {number} of '{keyspace}' is not what was written. Restore a backup, or delete the log and "
        + "fetch it from peers.");

    public static LogException WrongManifest(in Hash32 key) => new(
        LogProblem.WrongManifest,
        $"SAM0960: the manifest does not make log {key}. A key is the hash of its manifest; check which "
        + "belongs to it.");

    public static LogException OutOfRange(string what) => new(LogProblem.OutOfRange, $"SAM0961: {what}");
}
