using System.Globalization;
using Samtala.Crypto;
using Samtala.Node.V1;
using Samtala.Services.Tokens;
using Samtala.Storage;
using Level = Samtala.Node.V1.Finding.Types.Level;

namespace Samtala.Services.Nodes;

/// <summary>Looks at the node's surroundings; each finding says how to mend it.</summary>
internal sealed class CheckUp
{
    private const long FreeBytesWarning = 2L * 1024 * 1024 * 1024;
    private const long FreeBytesProblem = 256L * 1024 * 1024;
    private const long OpenFilesMin = 4096;
    private readonly NodeFacts _facts;
    private readonly IStore _store;
    private readonly IPluginOverview _plugins;
    private readonly List<Finding> _findings = [];

    public CheckUp(NodeFacts facts, IStore store, IPluginOverview plugins)
    {
        _facts = facts;
        _store = store;
        _plugins = plugins;
    }

    /// <summary>Everything, in a fixed order.</summary>
    public IReadOnlyList<Finding> Run()
    {
        CheckStore();
        CheckFreeSpace();
        CheckToken();
        CheckDoors();
        CheckLibrary();
        CheckOpenFiles();
        CheckDashboard();
        CheckPlugins();
        return _findings;
    }

    private void CheckStore()
    {
        var store = _store.Capabilities;
        if (store.DurableAcknowledgement)
            Ok("store", $"{store.Name}: what is acknowledged survives a power cut");
        else
            Add(Level.Warning, "store", $"{store.Name} forgets at a power cut", "Use the embedded store.", "SAM0901");
    }

    private void CheckFreeSpace()
    {
        var free = new DriveInfo(_facts.Data).AvailableFreeSpace;
        var seen = string.Create(
            CultureInfo.InvariantCulture, $"{free / (1024.0 * 1024 * 1024):0.0} GiB free at {_facts.Data}");
        const string remedy = "Delete files, or move the data folder: samtala start --data DIR";
        if (free < FreeBytesProblem)
            Add(Level.Problem, "disk", seen, remedy, "SAM0902");
        else if (free < FreeBytesWarning)
            Add(Level.Warning, "disk", seen, remedy, "SAM0902");
        else
            Ok("disk", seen);
    }

    private void CheckToken()
    {
        var path = Path.Combine(_facts.Data, OwnerToken.FileName);
        const UnixFileMode others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var isOpen = !OperatingSystem.IsWindows() && File.Exists(path)
            && (File.GetUnixFileMode(path) & others) != UnixFileMode.None;
        const string restart = "Restart the node: it makes a new one.";
        if (!File.Exists(path))
            Add(Level.Problem, "owner's token", $"{path} is missing", restart, "SAM0903");
        else if (isOpen)
            Add(Level.Problem, "owner's token", $"others may read {path}", $"chmod 600 {path}", "SAM0903");
        else
            Ok("owner's token", "readable by you alone");
    }

    private void CheckDoors()
    {
        foreach (var (name, address) in new[] { ("http", _facts.Http), ("grpc", _facts.Grpc) })
        {
            if (address.Length == 0)
                continue;
            if (new Uri(address).IsLoopback)
            {
                Ok(name, $"{address}, this machine only");
                continue;
            }

            Add(Level.Warning, name, $"{address} is open to other machines, without TLS",
                $"Listen on 127.0.0.1 (--{name}), or put a TLS proxy in front.", "SAM0904");
        }
    }

    private void CheckLibrary() => Ok("libsodium", $"version {SodiumRuntime.EnsureStarted()}");

    private void CheckOpenFiles()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var line = File.ReadLines("/proc/self/limits").FirstOrDefault(
            l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not { Length: > 3 } || !long.TryParse(words[3], CultureInfo.InvariantCulture, out var soft))
            return;
        if (soft < OpenFilesMin)
            Add(Level.Warning, "open files", $"at most {soft}", $"Raise it: ulimit -n {OpenFilesMin}", "SAM0905");
        else
            Ok("open files", $"at most {soft}");
    }

    private void CheckDashboard()
    {
        if (_facts.HasDashboard)
            Ok("dashboard", $"at {_facts.Http}");
        else
            Add(Level.Warning, "dashboard", "not built", "Install Node.js 18 or newer and build again.", "SAM0906");
    }

    private void CheckPlugins()
    {
        foreach (var plugin in _plugins.Plugins)
        {
            switch (plugin.State)
            {
                case Plugin.Types.State.Running or Plugin.Types.State.Starting:
                    Ok($"plugin {plugin.Id}", $"version {plugin.Version} runs");
                    break;
                case Plugin.Types.State.Disabled:
                    Ok($"plugin {plugin.Id}", "disabled by you");
                    break;
                case Plugin.Types.State.AwaitingConsent:
                    Add(Level.Warning, $"plugin {plugin.Id}", plugin.Reason,
                        $"Grant what it asks for: samtala plugin enable {plugin.Id} --grant …", "SAM0907");
                    break;
                default:
                    Add(Level.Problem, $"plugin {plugin.Id}", plugin.Reason, $"See: samtala plugin logs {plugin.Id}",
                        "SAM0908");
                    break;
            }
        }
    }

    private void Ok(string subject, string detail) => Add(Level.Ok, subject, detail, "", "");

    private void Add(Level level, string subject, string detail, string remedy, string code) => _findings.Add(
        new Finding { Level = level, Subject = subject, Detail = detail, Remedy = remedy, Code = code });
}
