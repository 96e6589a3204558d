using System.Text.Json;
using System.Text.Json.Serialization;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>The plugin's settings in plugins.json.</summary>
internal sealed class RegistryOptions
{
    /// <summary>How long a document is served without asking the upstream again.</summary>
    /// <value>Default 600 seconds. Valid 0 to 86,400.</value>
    public int FreshSeconds { get; set; } = 600;

    /// <summary>How long an upstream's "not found" is believed.</summary>
    /// <value>Default 30 seconds. Valid 0 to 60.</value>
    public int MissingSeconds { get; set; } = 30;

    /// <summary>How long an upstream may take for a document.</summary>
    /// <value>Default 120 seconds. Valid 1 to 600.</value>
    public int DocumentTimeoutSeconds { get; set; } = 120;

    /// <summary>How long an upstream may take for a package file.</summary>
    /// <value>Default 3,600 seconds. Valid 1 to 86,400.</value>
    public int FileTimeoutSeconds { get; set; } = 3600;

    /// <summary>How long an upstream may send nothing: before its answer begins, and at any place within it.</summary>
    /// <value>Default 5 seconds. Valid 1 to 600.</value>
    public int IdleTimeoutSeconds { get; set; } = 5;

    /// <summary>Longest document to accept.</summary>
    /// <value>Default 256 MiB. Valid 1 to 1,024 MiB.</value>
    public int DocumentMebibytesMax { get; set; } = 256;

    /// <summary>Longest package file to accept.</summary>
    /// <value>Default 2,048 MiB. Valid 1 to 65,536 MiB.</value>
    public int FileMebibytesMax { get; set; } = 2048;

    /// <summary>Reads the settings.</summary>
    /// <param name="json">A JSON object; empty for the defaults.</param>
    /// <exception cref="InvalidOperationException">A value is out of its range or of another kind.</exception>
    public static RegistryOptions Read(string json)
    {
        try
        {
            var options = string.IsNullOrWhiteSpace(json) ? new RegistryOptions()
                : JsonSerializer.Deserialize(json, RegistryJson.Default.RegistryOptions) ?? new RegistryOptions();
            return options.Checked();
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
        {
            throw new InvalidOperationException(
                $"SAM0610: the settings of plugin 'registry' — plugins.json — {e.Message} — correct or remove them", e);
        }
    }

    // Not by the attributes: reflection over them would keep the plugin's assembly loaded for ever.
    private RegistryOptions Checked()
    {
        Check(FreshSeconds, 0, 86_400, nameof(FreshSeconds));
        Check(MissingSeconds, 0, 60, nameof(MissingSeconds));
        Check(DocumentTimeoutSeconds, 1, 600, nameof(DocumentTimeoutSeconds));
        Check(FileTimeoutSeconds, 1, 86_400, nameof(FileTimeoutSeconds));
        Check(IdleTimeoutSeconds, 1, 600, nameof(IdleTimeoutSeconds));
        Check(DocumentMebibytesMax, 1, 1024, nameof(DocumentMebibytesMax));
        Check(FileMebibytesMax, 1, 65_536, nameof(FileMebibytesMax));
        return this;
    }

    private static void Check(int value, int min, int max, string name)
    {
        if (value < min || value > max)
            throw new ArgumentOutOfRangeException(name, value, $"{min} to {max}.");
    }
}

/// <summary>JSON of what the plugin keeps and reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RegistryOptions))]
[JsonSerializable(typeof(UpstreamRecord))]
[JsonSerializable(typeof(DocumentRecord))]
[JsonSerializable(typeof(FileRecord))]
[JsonSerializable(typeof(CounterRecord))]
[JsonSerializable(typeof(Statistics.TrafficRecord))]
[JsonSerializable(typeof(Sharing.SharingRecord))]
[JsonSerializable(typeof(Nuget.NugetResources))]
internal sealed partial class RegistryJson : JsonSerializerContext;
