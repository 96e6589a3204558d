namespace Samtala.Gateway;

/// <summary>Keeps the published answers.</summary>
public interface IAnswerSource
{
    /// <summary>Finds what is published at a path. Called first for every GET: one look-up in memory.</summary>
    /// <param name="path">The request target as the client sent it.</param>
    /// <returns>Null when nothing is published there.</returns>
    AnswerVariants? Find(string path);

    /// <summary>Finds what is published at a path although it is not in memory. Called when <see cref="Find"/> found
    /// nothing, before the plugin is asked.</summary>
    /// <param name="path">The request target as the client sent it.</param>
    /// <param name="cancellationToken">The client left.</param>
    /// <returns>Null when nothing is published there.</returns>
    ValueTask<AnswerVariants?> LoadAsync(string path, CancellationToken cancellationToken) =>
        new((AnswerVariants?)null);

    /// <summary>Counts one served answer, for <c>IAnswers.ReadTrafficAsync</c>.</summary>
    /// <param name="pluginId">Whose answer.</param>
    /// <param name="path">Where it is published.</param>
    /// <param name="status">200, 206, 304 or the answer's own.</param>
    /// <param name="bytes">Bytes of body that were handed to the connection.</param>
    void Served(string pluginId, string path, int status, long bytes);
}
