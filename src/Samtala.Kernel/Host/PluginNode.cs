using Samtala.Abstractions;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>What one plugin sees of the node; each service is there only with its grant.</summary>
internal sealed class PluginNode(PluginEntry entry) : INode, IDisposable
{
    private IState? _state;
    private IFetch? _fetch;
    private IAnswers? _answers;
    private IMaps? _maps;

    public required Func<NodeInfo> Facts { get; init; }

    public required Func<IState> StateOf { get; init; }

    public required Func<IBlobs> BlobsOf { get; init; }

    public required Func<IFetch> FetchOf { get; init; }

    public required Func<IAnswers> AnswersOf { get; init; }

    public required Func<IMaps> MapsOf { get; init; }

    public required Func<ICommands> CommandsOf { get; init; }

    public NodeInfo Info => Facts();

    public IState State => LazyInitializer.EnsureInitialized(ref _state, Granted("state", StateOf));

    public IBlobs Blobs => Granted("blobs", BlobsOf)();

    public IFetch Fetch => LazyInitializer.EnsureInitialized(
        ref _fetch,
        entry.Grants.Any(g => g.StartsWith("fetch:", StringComparison.Ordinal)) ? FetchOf
            : Granted("fetch:*", FetchOf));

    public IAnswers Answers => LazyInitializer.EnsureInitialized(ref _answers, Granted("answers", AnswersOf));

    public IMaps Maps => LazyInitializer.EnsureInitialized(ref _maps, Granted("logs", MapsOf));

    public ICommands Commands => CommandsOf();

    public bool IsGranted(string grant) => Grant.Covers(entry.Grants, grant);

    /// <summary>Closes idle connections of its fetches.</summary>
    public void Dispose() => (Interlocked.Exchange(ref _fetch, null) as IDisposable)?.Dispose();

    private Func<T> Granted<T>(string grant, Func<T> service) =>
        IsGranted(grant) ? service : throw new GrantMissingException(entry.Id, grant);
}
