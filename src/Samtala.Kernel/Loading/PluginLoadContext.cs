using System.Reflection;
using System.Runtime.Loader;

namespace Samtala.Kernel;

/// <summary>A plugin's own assemblies in their own versions. It separates versions, not rights: code in it may do
/// whatever the node may (docs/plugins.md, "What isolation means").</summary>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver _resolver;

    public PluginLoadContext(string id, string assemblyPath)
        : base($"plugin {id}", isCollectible: true) => _resolver = new AssemblyDependencyResolver(assemblyPath);

    /// <summary>Whether the node's own copy must be used, so that types agree across the border.</summary>
    public static bool IsShared(string name) =>
        name is "Samtala.Abstractions" or "Samtala.Grpc" or "Samtala.Contracts" or "Google.Protobuf"
        || (name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            && name.EndsWith(".Abstractions", StringComparison.Ordinal));

    /// <summary>Reads the file into memory, so that it can be replaced while the plugin runs.</summary>
    public Assembly LoadFile(string path)
    {
        using var assembly = new MemoryStream(File.ReadAllBytes(path));
        var symbols = Path.ChangeExtension(path, ".pdb");
        using var pdb = File.Exists(symbols) ? new MemoryStream(File.ReadAllBytes(symbols)) : null;
        return LoadFromStream(assembly, pdb);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name ?? "";
        if (string.Equals(name, "Grpc.Core.Api", StringComparison.Ordinal))
        {
            throw new FileLoadException(
                "It was built against the package Grpc.Core.Api. Remove the packages Grpc.* but Grpc.Tools, reference "
                + "Samtala.Grpc, which has the same Grpc.Core names, and build again.");
        }

        if (IsShared(name))
            return null;
        if (_resolver.ResolveAssemblyToPath(assemblyName) is { } path)
            return LoadFile(path);
        if (name.StartsWith("Samtala.", StringComparison.Ordinal))
        {
            throw new FileLoadException(
                $"It references {name}, which plugins may not use. Reference Samtala.Abstractions, ask INode.");
        }

        return null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
