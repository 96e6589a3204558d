using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Samtala.Gateway.Dashboard;

/// <summary>
/// The shell's files, read once from <c>wwwroot</c>, and the plugins' modules, read again when they change. Pages of
/// the dashboard (<c>/</c> and all below <c>/app/</c>) are answered with the shell, which reads the address itself.
/// </summary>
public sealed class DashboardFiles : IUiFiles
{
    /// <summary>Longest file that is served, in bytes.</summary>
    public const int FileSizeMax = 8 * 1024 * 1024;

    private const string Index = "/index.html";
    private const string ModulePrefix = "/ui/";
    private const string ModuleSuffix = ".js";
    private readonly Dictionary<string, UiFile> _shell;
    private readonly Func<string, string?> _moduleOf;
    private readonly ConcurrentDictionary<string, Module> _modules = new(StringComparer.Ordinal);

    /// <summary>Reads the shell.</summary>
    /// <param name="folder">Where the build put it; a missing folder gives a page that says how to get it.</param>
    /// <param name="moduleOf">The path of a running plugin's module by the plugin's id; null when it has none.</param>
    public DashboardFiles(string folder, Func<string, string?> moduleOf)
    {
        _moduleOf = moduleOf;
        _shell = Directory.Exists(folder) ? ReadShell(folder) : [];
        HasShell = _shell.ContainsKey(Index);
        if (!HasShell)
            _shell[Index] = Describe(Index, MissingShell.Page);
    }

    /// <summary>Whether the node was built with its dashboard.</summary>
    public bool HasShell { get; }

    /// <inheritdoc/>
    public UiFile? Find(string path)
    {
        if (path is "/" or "/app" || path.StartsWith("/app/", StringComparison.Ordinal))
            return _shell[Index];
        if (path.StartsWith(ModulePrefix, StringComparison.Ordinal))
            return FindModule(path);
        return _shell.GetValueOrDefault(path);
    }

    private UiFile? FindModule(string path)
    {
        if (!path.EndsWith(ModuleSuffix, StringComparison.Ordinal)
            || path.Length <= ModulePrefix.Length + ModuleSuffix.Length)
        {
            return null;
        }

        var id = path[ModulePrefix.Length..^ModuleSuffix.Length];
        if (_moduleOf(id) is not { } file || new FileInfo(file) is not { Exists: true, Length: <= FileSizeMax } info)
        {
            _modules.TryRemove(id, out _);
            return null;
        }

        if (_modules.TryGetValue(id, out var known) && known.IsOf(info))
            return known.File;
        Module read = new(info.FullName, info.Length, info.LastWriteTimeUtc, Describe(path, File.ReadAllBytes(file)));
        _modules[id] = read;
        return read.File;
    }

    private static Dictionary<string, UiFile> ReadShell(string folder)
    {
        Dictionary<string, UiFile> files = new(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (new FileInfo(file).Length > FileSizeMax)
                continue;
            var path = "/" + Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            files[path] = Describe(path, File.ReadAllBytes(file));
        }

        return files;
    }

    private static UiFile Describe(string path, byte[] bytes) =>
        new(TypeOf(path), Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16)), bytes, IsImmutable: false);

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        ".png" => "image/png",
        ".woff2" => "font/woff2",
        _ => "application/octet-stream",
    };

    private sealed record Module(string Path, long Length, DateTime Written, UiFile File)
    {
        public bool IsOf(FileInfo info) =>
            Path == info.FullName && Length == info.Length && Written == info.LastWriteTimeUtc;
    }
}
