using Samtala.Node.V1;

namespace Samtala.Services.Nodes;

/// <summary>What the status and the check-up need to know of the plugins.</summary>
public interface IPluginOverview
{
    /// <summary>Every plugin as it is now, in order of ids.</summary>
    IReadOnlyList<Plugin> Plugins { get; }

    /// <summary>Bytes received from upstreams since the start.</summary>
    long FetchedBytes { get; }

    /// <summary>Bytes served to clients from published answers since the start.</summary>
    long ServedBytes { get; }
}
