using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Samtala.Kernel;
using Samtala.Node.V1;
using Samtala.PluginPackages;

namespace Samtala.Services.Plugins;

/// <summary>Plugins in the words of the API.</summary>
public static class PluginText
{
    /// <summary>A plugin as it is now.</summary>
    /// <param name="status">From the kernel.</param>
    public static Plugin Describe(PluginStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var plugin = status.Manifest is { } manifest ? Describe(manifest) : new Plugin { Id = status.Id };
        plugin.Name = $"plugins/{status.Id}";
        plugin.State = (Plugin.Types.State)(int)status.State;
        plugin.Reason = status.Reason;
        plugin.Grants.Add(status.Grants);
        plugin.Isolation = status.Isolation;
        plugin.Ui = status.UiFile is null ? "" : $"/ui/{status.Id}.js";
        plugin.CrashCount = status.CrashCount;
        plugin.RetryTime = status.RetryTime is { } time ? Timestamp.FromDateTimeOffset(time) : null;
        plugin.Bundled = status.IsBundled;
        return plugin;
    }

    /// <summary>A plugin that is not installed, by its plugin.json.</summary>
    /// <param name="manifest">Checked.</param>
    public static Plugin Describe(PluginManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new Plugin
        {
            Name = $"plugins/{manifest.Id}",
            Id = manifest.Id,
            DisplayName = manifest.Name,
            Description = manifest.Description,
            Version = manifest.Version.ToString(),
            Isolation = "assembly",
            Needs = { manifest.Needs },
            Services = { manifest.Services },
            Anonymous = { manifest.Anonymous.Select(a => a.ToString()) },
        };
    }

    internal static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Warning => "warning",
        LogLevel.Error or LogLevel.Critical => "error",
        _ => "info",
    };
}
