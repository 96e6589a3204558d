using Samtala.Abstractions;

namespace Samtala.Gateway;

/// <summary>Finds a plugin's raw handler.</summary>
public interface IRawRouter
{
    /// <summary>Finds the handler now. The door asks for every request and keeps nothing between requests, so that a
    /// plugin can be unloaded while connections stay open.</summary>
    /// <param name="pluginId">The first segment of the path.</param>
    RawRoute Find(string pluginId);

    /// <summary>Whether a client may send this request without a token although it is not a GET, such as a package
    /// manager's audit. Its body must be JSON.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="method">Never GET or HEAD.</param>
    /// <param name="path">Without the query.</param>
    bool AllowsAnonymous(string pluginId, string method, string path) => false;
}

/// <summary>Where requests of a plugin go.</summary>
/// <param name="State">Whether there is such a plugin and it runs.</param>
/// <param name="Handler">Set when the plugin runs and has raw endpoints.</param>
public readonly record struct RawRoute(RawRouteState State, IRawHandler? Handler);

/// <summary>How a plugin is, as far as the door cares.</summary>
public enum RawRouteState
{
    /// <summary>No such plugin: 404.</summary>
    Unknown = 0,

    /// <summary>It is installed but does not run: 503.</summary>
    Stopped = 1,

    /// <summary>It runs.</summary>
    Running = 2,
}
