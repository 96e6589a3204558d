using System.Buffers;
using System.Text;
using Samtala.Abstractions;

namespace Samtala.Answers;

/// <summary>The answers of one plugin, held to their limits and to its own prefix.</summary>
internal sealed class PluginAnswers(AnswerStore answers, string pluginId) : IAnswers
{
    private const int AnswersMax = 64;
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> s_notInPath = SearchValues.Create(" ?#\\\"<>");

    public async ValueTask PublishAsync(IReadOnlyList<PublishedAnswer> published, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(published);
        if (published.Count is 0 or > AnswersMax)
        {
            throw new ArgumentException($"1 to {AnswersMax} answers are published at once, not {published.Count}.",
                nameof(published));
        }

        foreach (var answer in published)
            Check(answer);
        await answers.PublishAsync(pluginId, [.. published.Select(Own)], cancellationToken);
    }

    public async ValueTask WithdrawAsync(string path, CancellationToken cancellationToken)
    {
        CheckPath(path);
        await answers.WithdrawAsync(path, cancellationToken);
    }

    public ValueTask<AnswerTraffic> ReadTrafficAsync(long after, CancellationToken cancellationToken) =>
        new(answers.TrafficOf(pluginId).Read(after));

    /// <summary>A copy whose every part is of the node's own types: a list made by the plugin's compiler would keep the
    /// plugin's code in memory for as long as the answer stays in the cache.</summary>
    private static PublishedAnswer Own(PublishedAnswer answer) =>
        HostMessages.FromMessage(HostMessages.ToMessage(answer));

    private void CheckPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith($"/{pluginId}/", StringComparison.Ordinal) || path.Length > AnswerRecords.PathSizeMax
            || !Ascii.IsValid(path) || path.AsSpan().ContainsAny(s_notInPath) || path.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"'{path}' is not a path below /{pluginId}/ of at most {AnswerRecords.PathSizeMax} characters, "
                + "percent-encoded, without a query.", nameof(path));
        }
    }

    private void Check(PublishedAnswer answer)
    {
        CheckPath(answer.Path);
        if (answer.Status is (< 200 or > 599) and not IAnswers.AskPlugin)
            throw Wrong(answer, $"the status {answer.Status}, which is not 200 to 599");
        if (answer.Encoding is not ("" or "gzip"))
            throw Wrong(answer, $"the encoding '{answer.Encoding}', which is neither empty nor gzip");
        if (answer.Authority.Length > 255 || answer.Accept.Length > 255 || answer.Scope.Length > 255)
            throw Wrong(answer, "an authority, media type or scope of more than 255 characters");
        if (answer.Etag.Length > 255 || answer.Etag.Any(c => c is '"' or < '!' or > '~'))
            throw Wrong(answer, "an ETag that is longer than 255 characters or has quotes or blanks in it");
        if (answer.Content is Content.Streamed)
            throw Wrong(answer, "a stream as content; publish bytes or a range of a blob");
        if (answer.Content is Content.Inline { Bytes.Length: > IAnswers.InlineSizeMax })
            throw Wrong(answer, $"more than {IAnswers.InlineSizeMax} bytes; put them in a blob");
        if (answer.Content is Content.OfBlob { Offset: < 0 } or Content.OfBlob { Length: < 0 })
            throw Wrong(answer, "a range of a blob that begins or ends before the blob");
        foreach (var header in answer.Headers)
        {
            if (header.Name.Length is 0 or > 128 || header.Name.AsSpan().ContainsAnyExcept(s_token)
                || header.Value.Length > 4096 || header.Value.Any(c => c is < ' ' or > '~'))
            {
                throw Wrong(answer, $"the header '{header.Name}', which is not a printable name and value");
            }

            if (IsOurs(header.Name))
                throw Wrong(answer, $"the header {header.Name}, which the door sets itself");
        }
    }

    private static bool IsOurs(string name) => name.ToUpperInvariant()
        is "CONTENT-LENGTH" or "CONTENT-ENCODING" or "ETAG" or "DATE" or "CONNECTION" or "TRANSFER-ENCODING"
        or "SET-COOKIE";

    private static ArgumentException Wrong(PublishedAnswer answer, string problem) =>
        new($"The answer at {answer.Path} has {problem}.", nameof(answer));
}
