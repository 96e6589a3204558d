using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>How a plugin is; the values are those of <c>samtala.node.v1.Plugin.State</c>.</summary>
public enum PluginState
{
    /// <summary>Not started, by the owner's will.</summary>
    Disabled = 1,

    /// <summary>About to run.</summary>
    Starting = 2,

    /// <summary>Serving.</summary>
    Running = 3,

    /// <summary>It failed and is started again later.</summary>
    Crashed = 4,

    /// <summary>It does not fit this node.</summary>
    Unsupported = 5,

    /// <summary>It asks for grants the owner did not give.</summary>
    AwaitingConsent = 6,
}

/// <summary>A plugin as it is now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">How it is.</param>
/// <param name="Reason">Why, when it does not run; a sentence that also says what to do.</param>
public sealed record PluginStatus(string Id, PluginState State, string Reason)
{
    /// <summary>plugin.json; null when that file cannot be read.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>What the owner allowed.</summary>
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>Always "assembly" in this version: its own versions, no protection.</summary>
    public string Isolation { get; init; } = "assembly";

    /// <summary>The file of its dashboard module, served as <c>/ui/{id}.js</c>; null when it has none.</summary>
    public string? UiFile { get; init; }

    /// <summary>How often it crashed since it was enabled.</summary>
    public int CrashCount { get; init; }

    /// <summary>When it is started again; null unless crashed.</summary>
    public DateTimeOffset? RetryTime { get; init; }

    /// <summary>Whether it came with the node.</summary>
    public bool IsBundled { get; init; }

    /// <summary>Where its files are.</summary>
    public string Folder { get; init; } = "";
}
