using System.Security.Cryptography;
using Samtala.Storage;

namespace Samtala.Testing;

/// <summary>How the plugin and the node talk in a test.</summary>
public enum LoopbackKind
{
    /// <summary>By reference, as an assembly plugin does.</summary>
    Direct,

    /// <summary>By bytes, both ways, as a plugin in its own process does.</summary>
    Serialising,
}

/// <summary>How a plugin is run in a test.</summary>
public sealed record PluginHarnessOptions
{
    /// <summary>How it talks to the node.</summary>
    /// <value>Default <see cref="LoopbackKind.Direct"/>.</value>
    public LoopbackKind Loopback { get; init; }

    /// <summary>What the owner gives.</summary>
    /// <value>Default null: all that plugin.json asks for.</value>
    public IReadOnlyList<string>? Grants { get; init; }

    /// <summary>JSON object: its settings in plugins.json.</summary>
    /// <value>Default none.</value>
    public string Settings { get; init; } = "{}";

    /// <summary>Its plugin.json.</summary>
    /// <value>Default null: the one beside the plugin's assembly.</value>
    public string? ManifestPath { get; init; }

    /// <summary>The clock.</summary>
    /// <value>Default the real one; <see cref="SimClock"/> stands still.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Keys and etags.</summary>
    /// <value>Default seeded with 1.</value>
    public RandomNumberGenerator Random { get; init; } = new SeededRandomness(1);

    /// <summary>Where the node keeps things; owned by the caller.</summary>
    /// <value>Default null: a new <see cref="SimStore"/>.</value>
    public IStore? Store { get; init; }

    /// <summary>Whether other nodes on this machine can connect; then give each its own
    /// <see cref="Random"/>.</summary>
    /// <value>Default false.</value>
    public bool ListensForPeers { get; init; }

    /// <summary>host:port of the node's doors.</summary>
    /// <value>Default 127.0.0.1:7650.</value>
    public IReadOnlyList<string> Authorities { get; init; } = ["127.0.0.1:7650"];
}
