using Samtala.Abstractions;

namespace Samtala.Answers;

/// <summary>Everything published at one path; replaced as a whole by every change.</summary>
public sealed class AnswerSet
{
    internal AnswerSet(string path, long sequence, IReadOnlyList<PublishedAnswer> answers)
    {
        Path = path;
        Sequence = sequence;
        Answers = answers;
        PluginId = PluginOf(path);
        Size = 256 + (path.Length * 2) + answers.Sum(SizeOf);
    }

    /// <summary>As clients send it.</summary>
    public string Path { get; }

    /// <summary>Whose answers these are.</summary>
    public string PluginId { get; }

    /// <summary>The variants, at least one.</summary>
    public IReadOnlyList<PublishedAnswer> Answers { get; }

    /// <summary>Whatever the door works out of the answers; kept for as long as they are in memory.</summary>
    public object? Rendered { get; set; }

    /// <summary>About how much memory it takes, with what the door makes of it.</summary>
    internal int Size { get; }

    internal long Sequence { get; }

    internal bool WasUsed { get; set; }

    internal static string PluginOf(string path)
    {
        var end = path.Length > 1 ? path.IndexOf('/', 1) : -1;
        return end < 0 ? "" : path[1..end];
    }

    internal IEnumerable<BlobId> Blobs =>
        Answers.Select(a => a.Content).OfType<Content.OfBlob>().Select(c => c.Id).Distinct();

    private static int SizeOf(PublishedAnswer answer) =>
        (answer.Content is Content.Inline inline ? inline.Bytes.Length : 64) + 1024
        + (2 * answer.Headers.Sum(h => h.Name.Length + h.Value.Length));
}
