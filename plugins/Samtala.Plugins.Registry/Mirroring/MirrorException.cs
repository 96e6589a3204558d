using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Why a client does not get what it asked for, in words for the person behind it.</summary>
internal sealed class MirrorException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="status">The HTTP status to answer with.</param>
    /// <param name="code">Such as <c>SAM0601</c>; docs/registry.md lists them.</param>
    /// <param name="message">What — where — why — how to fix.</param>
    /// <param name="inner">What caused it.</param>
    public MirrorException(int status, string code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        Code = code;
    }

    public int Status { get; }

    public string Code { get; }

    public static MirrorException NotFound(string what, string mirror) => new(
        404, "SAM0600", $"{what} — {mirror} mirror — its upstream does not have it — check the spelling");

    public static MirrorException NoUpstream(string what, string mirror, string why) => new(
        502,
        "SAM0601",
        $"{what} is not held here — {mirror} mirror — {why} — set one: samtala registry upstream set {mirror} URL");

    public static MirrorException Unreachable(string what, string where, FetchException cause) => new(
        cause.Failure == FetchFailure.TimedOut ? 504 : 502,
        cause.Failure == FetchFailure.TimedOut ? "SAM0603" : "SAM0602",
        $"{what} is not held here — {where} — {cause.Message} — try again, or set another upstream",
        cause);

    public static MirrorException Resting(string what, string where, string lastError, TimeSpan retryIn) => new(
        504,
        "SAM0604",
        $"{what} is not held here — {where} — the upstream failed: {lastError} — it is tried again in "
        + $"{Math.Max(1, (int)retryIn.TotalSeconds)} s; what is held here stays available");

    public static MirrorException Tampered(string what, string where, string why, Exception? inner = null) => new(
        502,
        "SAM0605",
        $"{what} was refused and not kept — {where} — {why} — ask again; if it stays so, wrong bytes are served "
        + "there and the operator should know",
        inner);

    public static MirrorException FollowedAway(
        string what, string where, string why, string key, MapException cause) => new(
        cause.Failure is MapFailure.TimedOut or MapFailure.Unreachable ? 504 : 502,
        "SAM0615",
        $"{what} is not held here — {where} — {why} — start that node or name another address: "
        + $"samtala registry follow {key[..8]}… --peer HOST:PORT; what is held here stays available",
        cause);

    public static MirrorException BadAnswer(string what, string where, string why, Exception? inner = null) => new(
        502, "SAM0606", $"{what} is not held here — {where} — {why} — try again, or set another upstream", inner);

    public static MirrorException NotYet(string what) => new(
        405, "SAM0607", $"{what} — this mirror — it is read-only so far — use the upstream itself for it");

    public static MirrorException NoDigest(string what, string where) => new(
        502,
        "SAM0608",
        $"{what} was not fetched — {where} — the upstream names no digest for it, so it could not be verified — use "
        + "another version, or another upstream");

    public static MirrorException BadRequest(string what, string why) => new(
        400, "SAM0609", $"{what} — this mirror — {why} — check the address");
}
