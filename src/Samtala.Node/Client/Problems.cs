using System.Text.Json;
using System.Text.Json.Nodes;
using Samtala.Node.Errors;

namespace Samtala.Node.Client;

/// <summary>Errors of the node (RFC 9457 problems) as errors for people.</summary>
internal static class Problems
{
    /// <summary>The error in an answer.</summary>
    /// <param name="text">The body, perhaps not JSON.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="where">What was asked, for people.</param>
    public static CliException FromAnswer(string text, int status, string where)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject problem)
                return FromJson(problem, status, where);
        }
        catch (JsonException)
        {
            // An answer of something else than a node: the status says what there is to say.
        }

        return new CliException(CodeOf(status), "the request was refused", where, $"HTTP {status}", FixOf(status));
    }

    /// <summary>The error in a problem object.</summary>
    public static CliException FromJson(JsonObject problem, int status, string where)
    {
        status = problem["status"] is JsonValue value && value.TryGetValue(out int told) ? told : status;
        var detail = Text(problem, "detail");
        if (detail.Length == 0)
            detail = Text(problem, "message");
        if (detail.Length == 0)
            detail = Text(problem, "title");
        var code = Text(problem, "code");
        // Some errors carry their code only in front of the sentence.
        if (code.Length == 0 && CodeInFront(detail) is { } front)
            (code, detail) = (front, detail[(front.Length + 1)..].Trim());
        var reason = Text(problem, "reason");

        // The door says there how to fix it; others say where to read on.
        var help = Text(problem, "help");
        var fix = help.StartsWith("http", StringComparison.Ordinal) ? "" : help;
        return code.Length > 0
            ? new CliException(code, detail, fix: fix) { Reason = reason }
            : new CliException(CodeOf(status), detail, where, "", FixOf(status)) { Reason = reason };
    }

    private static string Text(JsonObject problem, string name) =>
        problem[name] is JsonValue value && value.TryGetValue(out string? text) ? text ?? "" : "";

    private static string? CodeInFront(string detail) =>
        detail.Length > 8 && detail.StartsWith("SAM", StringComparison.Ordinal) && detail[7] == ':'
        && detail.AsSpan(3, 4).IndexOfAnyExceptInRange('0', '9') < 0
            ? detail[..7]
            : null;

    private static string CodeOf(int status) => status switch
    {
        401 => "SAM0104",
        403 => "SAM0105",
        404 => "SAM0107",
        _ => "SAM0106",
    };

    private static string FixOf(int status) => status switch
    {
        401 => "give a token: --token TOKEN or --token @FILE",
        403 => "ask the owner for a token with that scope: samtala token create --scope …",
        _ => "",
    };
}
