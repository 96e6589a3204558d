using Samtala.Abstractions;

namespace Samtala.PluginPackages;

/// <summary>plugin.json: what a plugin is and what it asks for.</summary>
public sealed record PluginManifest
{
    /// <summary>Largest file in bytes.</summary>
    public const int FileSizeMax = 64 * 1024;

    /// <summary>Ids that would hide a path, a command or a proto package of the node itself.</summary>
    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "api", "app", "assets", "backup", "backups", "blob", "blobs", "channels", "completion", "config", "demo",
        "device", "devices", "dht", "doc", "doctor", "documents", "events", "explain", "google", "grants", "grpc",
        "healthz", "host", "identities", "identity", "index", "l", "links", "log", "logs", "metrics", "node",
        "openapi", "peer", "peers", "pins", "plugin", "plugins", "readyz", "samtala", "shell", "space", "spaces",
        "start", "state", "static", "status", "stop", "stores", "token", "tokens", "topics", "type", "types", "ui",
        "v1", "verify",
    };

    /// <summary>2 to 32 of a-z and 0-9, beginning with a letter.</summary>
    public required string Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Its version.</summary>
    public required PluginVersion Version { get; init; }

    /// <summary>Which SDK it runs with.</summary>
    public required SdkRange Sdk { get; init; }

    /// <summary>The file with its <see cref="IPlugin"/>, beside plugin.json.</summary>
    public required string Assembly { get; init; }

    /// <summary>The grants it cannot run without.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Types it declares, each <c>{id}/…</c>.</summary>
    public IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>Full names of its gRPC services, each in <c>samtala.{id}.v1</c>.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Its dashboard module, relative to plugin.json; empty when it has none.</summary>
    public string Ui { get; init; } = "";

    /// <summary>Writes it answers without a token, on this machine only.</summary>
    public IReadOnlyList<AnonymousRequest> Anonymous { get; init; } = [];

    /// <summary>Whom to ask.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>Reads plugin.json.</summary>
    /// <param name="json">The file.</param>
    /// <exception cref="PluginException">Not a manifest; the message names the field.</exception>
    public static PluginManifest Parse(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.Parse(json, FileSizeMax, "plugin.json");
        var fields = new StrictJson(document.RootElement, "plugin.json").Only(
            "id", "name", "description", "version", "sdk", "assembly", "needs", "documents", "services", "ui",
                "owners", "anonymous");
        var id = fields.Text("id", 32);
        if (!IsId(id))
        {
            throw Wrong("id", id,
                "2 to 32 of a-z and 0-9 beginning with a letter, and not a name the node uses itself");
        }

        if (!PluginVersion.TryParse(fields.Text("version", PluginVersion.TextSizeMax), out var version))
            throw Wrong("version", fields.Text("version", PluginVersion.TextSizeMax), "like 1.2.3 or 1.2.3-beta.1");
        if (!SdkRange.TryParse(fields.Text("sdk", 64), out var sdk))
            throw Wrong("sdk", fields.Text("sdk", 64), "a range with floor and ceiling, like \">=1.0 <2.0\"");

        var manifest = new PluginManifest
        {
            Id = id,
            Name = fields.Text("name", 64, id),
            Description = fields.Text("description", 256, ""),
            Version = version,
            Sdk = sdk,
            Assembly = fields.Text("assembly", 128),
            Needs = fields.Texts("needs", 64, Grant.SizeMax),
            Documents = fields.Texts("documents", 64, 128),
            Services = fields.Texts("services", 32, 128),
            Ui = fields.Text("ui", 128, ""),
            Owners = fields.Texts("owners", 16, 128),
            Anonymous = [.. fields.Texts("anonymous", 16, AnonymousRequest.SizeMax)
                .Select(text => AnonymousRequest.TryParse(text, id)
                    ?? throw Wrong("anonymous", text, AnonymousRequest.Form))],
        };
        manifest.CheckNames();
        return manifest;
    }

    /// <summary>Whether a text may be a plugin's id.</summary>
    /// <param name="id">The text.</param>
    public static bool IsId(string id) => id.Length is >= 2 and <= 32 && char.IsAsciiLetterLower(id[0])
        && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) && !s_reserved.Contains(id);

    private void CheckNames()
    {
        if (!Assembly.EndsWith(".dll", StringComparison.Ordinal) || Assembly.AsSpan().ContainsAny("/\\:"))
            throw Wrong("assembly", Assembly, "the name of a .dll beside plugin.json");
        if (Ui.Length > 0 && !string.Equals(Ui, $"ui/{Id}.js", StringComparison.Ordinal))
            throw Wrong("ui", Ui, $"\"ui/{Id}.js\"");
        foreach (var service in Services)
        {
            var prefix = $"samtala.{Id}.v1.";
            if (!service.StartsWith(prefix, StringComparison.Ordinal)
                || service.Length == prefix.Length || service.AsSpan(prefix.Length).Contains('.'))
            {
                throw Wrong("services", service, $"a service of the proto package samtala.{Id}.v1");
            }
        }

        foreach (var type in Documents)
        {
            if (!type.StartsWith(Id + "/", StringComparison.Ordinal))
                throw Wrong("documents", type, $"a type that begins with {Id}/");
        }

        foreach (var need in Needs)
        {
            if (!Grant.IsWellFormed(need))
                throw Wrong("needs", need, $"a grant this node knows: {Grant.Known}");
        }
    }

    private static PluginException Wrong(string field, string value, string must) =>
        StrictJson.Invalid("plugin.json", $"has \"{field}\": \"{value}\"; it must be {must}");
}
