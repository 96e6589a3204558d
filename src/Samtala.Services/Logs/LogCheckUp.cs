using Samtala.Node.V1;
using Samtala.Peers;
using Level = Samtala.Node.V1.Finding.Types.Level;

namespace Samtala.Services.Logs;

/// <summary>Looks at the node's logs and peers; each finding says how to mend it.</summary>
internal static class LogCheckUp
{
    /// <summary>One finding for each log or peer that needs somebody, or one that says that none does.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(PeerNode peers)
    {
        List<Finding> findings = [];
        foreach (var kept in peers.Kept)
        {
            if (await LookAsync(peers, kept) is { } finding)
                findings.Add(finding);
        }

        foreach (var link in peers.Links.Where(l => l is { IsConnected: false, Since: not null }))
        {
            findings.Add(Make(
                Level.Warning, $"peer {link.Address}", $"not connected since {link.Since:u}: {link.Error}",
                "It is dialled again by itself. See that the other node runs and listens there.", "SAM0914"));
        }

        if (findings.Count == 0)
        {
            findings.Add(Make(
                Level.Ok, "logs", $"{peers.Kept.Count} kept or followed, {peers.ConnectionCount} connections", "", ""));
        }

        return findings;
    }

    private static async Task<Finding?> LookAsync(PeerNode peers, KeptLog kept)
    {
        var subject = $"log {(kept.Label.Length > 0 ? kept.Label : LogNames.TextOf(kept.Key))}";
        try
        {
            var log = await peers.OpenAsync(kept);
            if (log.Conflict is { } conflict)
            {
                return Make(
                    Level.Problem, subject,
                    $"its writer signed two logs of length {conflict.Length}: {conflict.FirstTreeHash} and "
                    + $"{conflict.SecondTreeHash}",
                    $"It is kept as it is, and the proof is given to others: samtala log head {subject[4..]}. Go on in "
                    + "a new log.", "SAM0913");
            }

            return log.MustVerifyHead
                ? Make(
                    Level.Warning, subject, "closed for writing: others may have a newer head",
                    $"If nobody has: samtala log confirm {subject[4..]}", "SAM0912")
                : null;
        }
        catch (Exception e) when (e is IOException or Hypercore.Logs.LogException)
        {
            return Make(
                Level.Problem, subject, e.Message, $"Restore a backup, or: samtala log delete {subject[4..]}",
                "SAM0725");
        }
    }

    private static Finding Make(Level level, string subject, string detail, string remedy, string code) => new()
    {
        Level = level,
        Subject = subject,
        Detail = detail,
        Remedy = remedy,
        Code = code,
    };
}
