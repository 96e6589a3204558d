namespace Samtala.Abstractions;

/// <summary>
/// What a plugin may see of the node: the twin of <c>proto/samtala/host/v1</c>. Everything is asynchronous and can be
/// serialised, so that a plugin runs alike in the node's process and in its own.
/// </summary>
/// <remarks>A service without its grant throws <see cref="GrantMissingException"/> when it is taken.</remarks>
public interface INode
{
    /// <summary>Facts that need no grant.</summary>
    NodeInfo Info { get; }

    /// <summary>Small values under names (grant <c>state</c>).</summary>
    IState State { get; }

    /// <summary>Immutable bytes (grant <c>blobs</c>).</summary>
    IBlobs Blobs { get; }

    /// <summary>HTTP to the outside (grants <c>fetch:*</c>, <c>fetch:{host}</c>, <c>fetch:private</c>).</summary>
    IFetch Fetch { get; }

    /// <summary>Answers the door gives without asking the plugin (grant <c>answers</c>).</summary>
    IAnswers Answers { get; }

    /// <summary>Sorted maps in signed logs, own and other nodes' (grant <c>logs</c>).</summary>
    IMaps Maps { get; }

    /// <summary>The user's own programs (grants <c>run:{command line}</c>).</summary>
    ICommands Commands { get; }

    /// <summary>Whether the owner gave a grant.</summary>
    /// <param name="grant">Such as <c>blobs</c>.</param>
    bool IsGranted(string grant);
}

/// <summary>Facts about the node.</summary>
/// <param name="PluginId">The plugin's own id.</param>
/// <param name="Version">The node's version.</param>
/// <param name="Authorities">host:port of every own HTTP door, the one to show first.</param>
/// <param name="Settings">JSON object: the plugin's settings from plugins.json.</param>
public sealed record NodeInfo(string PluginId, string Version, IReadOnlyList<string> Authorities, string Settings)
{
    /// <summary>host:port at which other nodes reach this one, the one to show first.</summary>
    /// <value>Default none: it takes no connections.</value>
    public IReadOnlyList<string> PeerAddresses { get; init; } = [];
}

/// <summary>The owner did not give the plugin this grant.</summary>
public sealed class GrantMissingException : InvalidOperationException
{
    /// <summary>Names the plugin, the grant and the remedy.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="grant">The grant.</param>
    public GrantMissingException(string pluginId, string grant)
        : base(
            $"Plugin '{pluginId}' has no grant '{grant}'. "
            + $"Give it: samtala plugin enable {pluginId} --grants \"{grant}\"")
    {
        PluginId = pluginId;
        Grant = grant;
    }

    /// <summary>The plugin.</summary>
    public string PluginId { get; }

    /// <summary>The grant.</summary>
    public string Grant { get; }
}
