using System.Text.Json;

namespace Samtala.PluginPackages;

/// <summary>What the owner decided about one plugin.</summary>
/// <param name="Id">The plugin.</param>
public sealed record PluginEntry(string Id)
{
    /// <summary>Whether it starts with the node.</summary>
    public bool Enabled { get; init; }

    /// <summary>What it may do.</summary>
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>JSON object, handed to the plugin as it is.</summary>
    public string Settings { get; init; } = "{}";

    /// <summary>Which installed version runs; empty means the highest.</summary>
    public string Version { get; init; } = "";
}

/// <summary>plugins.json: what the owner decided. Read once; every change is on disk before it takes effect.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class PluginsFile
{
    private const int FileSizeMax = 1024 * 1024;
    private readonly string _path;
    private readonly SortedDictionary<string, PluginEntry> _entries = new(StringComparer.Ordinal);

    private PluginsFile(string path) => _path = path;

    /// <summary>What is decided so far, by id.</summary>
    public IReadOnlyDictionary<string, PluginEntry> Entries => _entries;

    /// <summary>Opens the live file, copying the default there first if it is new.</summary>
    /// <param name="path">The live file.</param>
    /// <param name="defaultPath">Copied when there is no live file; null for none.</param>
    /// <exception cref="PluginException">The file is not valid; the message names the field.</exception>
    public static PluginsFile Open(string path, string? defaultPath)
    {
        var file = new PluginsFile(path);
        var source = File.Exists(path) ? path : defaultPath;
        if (source is null || !File.Exists(source))
            return file;
        if (new FileInfo(source).Length > FileSizeMax)
            throw StrictJson.Invalid(source, $"is larger than {FileSizeMax / 1024} KiB");
        var json = File.ReadAllBytes(source);
        file.Read(json, source);
        if (!string.Equals(source, path, StringComparison.Ordinal))
            DurableFile.Write(path, json);
        return file;
    }

    /// <summary>What is decided about a plugin; disabled and without grants when nothing is.</summary>
    /// <param name="id">The plugin.</param>
    public PluginEntry Get(string id) => _entries.TryGetValue(id, out var entry) ? entry : new PluginEntry(id);

    /// <summary>Decides.</summary>
    /// <param name="entry">Replaces what was decided about its id.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Set(PluginEntry entry)
    {
        _entries[entry.Id] = entry;
        Save();
    }

    /// <summary>Forgets what was decided.</summary>
    /// <param name="id">The plugin.</param>
    public void Remove(string id)
    {
        if (_entries.Remove(id))
            Save();
    }

    private void Read(byte[] json, string where)
    {
        using var document = StrictJson.Parse(json, FileSizeMax, where);
        foreach (var fields in new StrictJson(document.RootElement, where).Only("plugins").Objects("plugins", 256))
        {
            fields.Only("id", "enabled", "grants", "settings", "version");
            var entry = new PluginEntry(fields.Text("id", 32))
            {
                Enabled = fields.Flag("enabled", fallback: false),
                Grants = fields.Texts("grants", 64, Grant.SizeMax),
                Settings = fields.RawObject("settings"),
                Version = fields.Text("version", PluginVersion.TextSizeMax, ""),
            };
            if (!PluginManifest.IsId(entry.Id) || !_entries.TryAdd(entry.Id, entry))
                throw StrictJson.Invalid(where, $"names \"{entry.Id}\", which is not an id or comes twice");
        }
    }

    private void Save()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("plugins");
            foreach (var entry in _entries.Values)
                WriteEntry(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        DurableFile.Write(_path, buffer.ToArray());
    }

    private static void WriteEntry(Utf8JsonWriter writer, PluginEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("id", entry.Id);
        writer.WriteBoolean("enabled", entry.Enabled);
        if (entry.Version.Length > 0)
            writer.WriteString("version", entry.Version);
        writer.WriteStartArray("grants");
        foreach (var grant in entry.Grants)
            writer.WriteStringValue(grant);
        writer.WriteEndArray();
        writer.WritePropertyName("settings");
        using (var settings = JsonDocument.Parse(entry.Settings))
            settings.RootElement.WriteTo(writer);
        writer.WriteEndObject();
    }
}
