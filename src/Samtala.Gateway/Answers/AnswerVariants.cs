using Microsoft.Extensions.Primitives;
using Samtala.Abstractions;
using Samtala.Gateway.Answers;

namespace Samtala.Gateway;

/// <summary>Everything published at one path, worked out for serving. Immutable: make a new one on every change and
/// keep it, for it is asked for on every request.</summary>
public sealed class AnswerVariants
{
    private readonly ServedAnswer[] _answers;

    /// <summary>Works out the answers.</summary>
    /// <param name="pluginId">Whose they are.</param>
    /// <param name="answers">At least one, all of one path; their contents are bytes or ranges of blobs.</param>
    /// <exception cref="ArgumentException">No answers, several paths, or a content of another kind.</exception>
    public AnswerVariants(string pluginId, IReadOnlyList<PublishedAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0 || answers.Any(a => !string.Equals(a.Path, answers[0].Path, StringComparison.Ordinal)))
            throw new ArgumentException("Variants are one or more answers of one path.", nameof(answers));
        var vary = VaryOf(answers);
        _answers = [.. answers.Select(answer => new ServedAnswer(pluginId, answer, vary))];
    }

    /// <summary>Chooses by authority, then Accept, then Accept-Encoding.</summary>
    /// <returns>Null when none fits, so that the plugin is asked.</returns>
    internal ServedAnswer? Pick(string authority, StringValues accept, StringValues acceptEncoding)
    {
        if (_answers.Length == 1)
            return Fit(_answers[0], authority, accept) > 0 ? Given(_answers[0]) : null;
        ServedAnswer? best = null;
        var bestFit = 0;
        var acceptsGzip = AcceptsGzip(acceptEncoding);
        foreach (var answer in _answers)
        {
            var fit = Fit(answer, authority, accept);
            if (fit == 0)
                continue;
            fit = (fit << 1) | (answer.IsGzip == acceptsGzip ? 1 : 0);
            if (fit > bestFit)
                (best, bestFit) = (answer, fit);
        }

        return Given(best);
    }

    // A variant that only says "ask the plugin" keeps the more general ones from being served in its place.
    private static ServedAnswer? Given(ServedAnswer? answer) =>
        answer is { Status: IAnswers.AskPlugin } ? null : answer;

    /// <summary>Whether a client takes gzip.</summary>
    internal static bool AcceptsGzip(StringValues acceptEncoding)
    {
        foreach (var value in acceptEncoding)
        {
            var at = value?.IndexOf("gzip", StringComparison.OrdinalIgnoreCase) ?? -1;
            if (at >= 0)
                return !IsZeroQuality(value.AsSpan(at + "gzip".Length));
        }

        return false;
    }

    private const int AuthorityFit = 1 << 20;
    private const int AcceptFitMax = 1 << 18;

    // 0: does not fit. An own authority counts most, then the media type the client names first.
    private static int Fit(ServedAnswer answer, string authority, StringValues accept)
    {
        var fit = 1;
        if (answer.Authority.Length > 0)
        {
            if (!string.Equals(answer.Authority, authority, StringComparison.OrdinalIgnoreCase))
                return 0;
            fit += AuthorityFit;
        }

        if (answer.Accept.Length == 0)
            return fit;
        var at = accept.ToString().IndexOf(answer.Accept, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : fit + Math.Max(AcceptFitMax - at, 1);
    }

    private static bool IsZeroQuality(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(',');
        var parameters = (end < 0 ? rest : rest[..end]).Trim("; \t");
        return parameters.StartsWith("q=0", StringComparison.OrdinalIgnoreCase)
            && parameters[3..].TrimStart('.').TrimStart('0').IsEmpty;
    }

    private static string VaryOf(IReadOnlyList<PublishedAnswer> answers)
    {
        var accept = answers.Any(a => a.Accept.Length > 0);
        var encoding = answers.Any(a => a.Encoding.Length > 0);
        return (accept, encoding) switch
        {
            (true, true) => "Accept, Accept-Encoding",
            (true, false) => "Accept",
            (false, true) => "Accept-Encoding",
            _ => "",
        };
    }
}
