namespace Samtala.PluginPackages;

/// <summary>One thing the owner allows a plugin to do.</summary>
public static class Grant
{
    /// <summary>Longest grant in characters.</summary>
    public const int SizeMax = 256;

    /// <summary>The kinds there are, for messages.</summary>
    public const string Known = "state, blobs, answers, fetch:*, fetch:private, fetch:{host}, run:{command line}";

    /// <summary>Whether this node knows such a grant.</summary>
    /// <param name="grant">The grant.</param>
    public static bool IsWellFormed(string grant)
    {
        if (grant.Length > SizeMax || grant.Any(char.IsControl))
            return false;
        if (grant is "state" or "blobs" or "answers" or "logs" or "fetch:*" or "fetch:private")
            return true;
        if (grant.StartsWith("fetch:", StringComparison.Ordinal))
        {
            var host = grant[6..];
            return Uri.CheckHostName(host) != UriHostNameType.Unknown
                && string.Equals(host, host.ToLowerInvariant(), StringComparison.Ordinal);
        }

        return grant.StartsWith("run:", StringComparison.Ordinal)
            && grant[4..].Split(' ') is [{ Length: > 0 }, ..] words && !words.Contains("", StringComparer.Ordinal);
    }

    /// <summary>Whether what was given covers what is asked: <c>fetch:*</c> covers every host.</summary>
    /// <param name="given">What the owner gave.</param>
    /// <param name="asked">What is asked.</param>
    public static bool Covers(IReadOnlyCollection<string> given, string asked) =>
        given.Contains(asked, StringComparer.Ordinal)
        || (asked.StartsWith("fetch:", StringComparison.Ordinal)
            && !string.Equals(asked, "fetch:private", StringComparison.Ordinal)
            && given.Contains("fetch:*", StringComparer.Ordinal));

    /// <summary>What it means, for a person who is asked to give it.</summary>
    /// <param name="grant">The grant.</param>
    public static string Describe(string grant) => grant switch
    {
        "state" => "keep small values in this node",
        "blobs" => "keep files in this node",
        "answers" => "publish web answers below its own path",
        "logs" => "keep signed lists, offer them to other nodes, and follow those of other nodes",
        "fetch:*" => "ask any public web server",
        "fetch:private" => "ask servers you configured in your own network, also on this machine",
        _ when grant.StartsWith("fetch:", StringComparison.Ordinal) => $"ask the web server {grant[6..]}",
        _ when grant.StartsWith("run:", StringComparison.Ordinal) => $"run the command \"{grant[4..]}\"",
        _ => grant,
    };
}
