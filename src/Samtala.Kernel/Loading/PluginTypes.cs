using System.Reflection;
using Samtala.Abstractions;
using Samtala.Grpc.Server;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>What scanning found in a plugin's assembly, checked against plugin.json.</summary>
internal sealed class PluginTypes
{
    private readonly PluginManifest _manifest;

    public PluginTypes(PluginManifest manifest, Assembly assembly)
    {
        _manifest = manifest;
        if (assembly.GetReferencedAssemblies().FirstOrDefault(IsForeignGrpc) is { } foreign)
        {
            throw Unfit(
                $"was built against the package {foreign.Name}; reference Samtala.Grpc instead and build again");
        }

        var types = TypesOf(assembly).Where(t => t is { IsClass: true, IsAbstract: false }).ToArray();
        Plugin = Single<IPlugin>(types) ?? throw Unfit($"has no class that implements {nameof(IPlugin)}");
        if (Plugin.GetConstructor(System.Type.EmptyTypes) is null)
            throw Unfit($"has a class {Plugin.Name} without a public parameterless constructor");
        RawHandler = Single<IRawHandler>(types);
        Services = [.. types.Where(BoundService.IsService).OrderBy(t => t.FullName, StringComparer.Ordinal)];
        Workers = [.. types.Where(typeof(IWorker).IsAssignableFrom).OrderBy(t => t.FullName, StringComparer.Ordinal)];
    }

    public System.Type Plugin { get; }

    public System.Type? RawHandler { get; }

    public IReadOnlyList<System.Type> Services { get; }

    public IReadOnlyList<System.Type> Workers { get; }

    public bool IsFound(System.Type type) => type == RawHandler || Services.Contains(type) || Workers.Contains(type);

    /// <summary>Holds what was bound against what plugin.json promises.</summary>
    public void CheckServices(IReadOnlyList<BoundService> services)
    {
        foreach (var service in services)
        {
            var package = service.Descriptor?.File.Package;
            if (!string.Equals(package, $"samtala.{_manifest.Id}.v1", StringComparison.Ordinal))
            {
                throw Unfit(
                    $"has the service {service.Descriptor?.FullName}; its package must be samtala.{_manifest.Id}.v1");
            }
        }

        var bound = services.Select(s => s.Descriptor!.FullName).ToArray();
        if (bound.Except(_manifest.Services, StringComparer.Ordinal).FirstOrDefault() is { } unnamed)
            throw Unfit($"has the service {unnamed}, which plugin.json does not name under \"services\"");
        if (_manifest.Services.Except(bound, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            throw Unfit($"names the service {missing} in plugin.json and has no class for it");
    }

    private static bool IsForeignGrpc(AssemblyName name) => name.Name is "Grpc.Core.Api" or "Grpc.Core";

    private System.Type[] TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            throw Unfit($"does not load: {e.LoaderExceptions.FirstOrDefault()?.Message ?? e.Message}");
        }
    }

    private System.Type? Single<T>(System.Type[] types)
    {
        var found = types.Where(typeof(T).IsAssignableFrom).ToArray();
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw Unfit($"has {found.Length} classes that implement {typeof(T).Name}; it may have one");
    }

    private PluginException Unfit(string problem) => new(
        PluginFailure.Invalid, "SAM0203",
        $"{_manifest.Assembly} of plugin '{_manifest.Id}' {problem}. Its owners must repair it.");
}
