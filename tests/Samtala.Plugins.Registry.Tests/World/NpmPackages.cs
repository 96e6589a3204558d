using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>Puts npm packages into an upstream.</summary>
internal static class NpmPackages
{
    public const string Base = "http://up.test/npm/";

    /// <summary>Adds a package with some versions; returns its document.</summary>
    public static JsonObject AddNpm(this FakeUpstream upstream, string name, params string[] versions)
    {
        JsonObject document = new()
        {
            ["_id"] = name,
            ["name"] = name,
            ["dist-tags"] = new JsonObject { ["latest"] = versions[^1] },
            ["readme"] = $"# {name} \u00e9\u4e16 \"quoted\" \\ ",
            ["versions"] = new JsonObject(),
            ["time"] = new JsonObject { ["modified"] = "2029-05-05T00:00:00.000Z" },
        };
        var unscoped = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        foreach (var version in versions)
        {
            var file = $"{unscoped}-{version}.tgz";
            var bytes = Bytes(name, version);
            upstream.Files[$"/npm/{name}/-/{file}"] = bytes;
            document["time"]![version] = "2029-01-01T00:00:00.000Z";
            document["versions"]![version] = new JsonObject
            {
                ["name"] = name,
                ["version"] = version,
                ["main"] = "index.js",
                ["scripts"] = new JsonObject { ["test"] = "x", ["postinstall"] = "y" },
                ["dependencies"] = new JsonObject { ["ms"] = "^2.0.0" },
                ["_weird"] = new JsonArray(1.50, 1e3, null, true),
                ["dist"] = new JsonObject
                {
                    ["integrity"] = $"sha512-{Convert.ToBase64String(SHA512.HashData(bytes))}",
                    ["shasum"] = Convert.ToHexStringLower(SHA1.HashData(bytes)),
                    ["tarball"] = $"{Base}{name}/-/{file}",
                    ["signatures"] = new JsonArray(new JsonObject { ["keyid"] = "k", ["sig"] = "s" }),
                },
            };
        }

        upstream.SetNpm(name, document);
        return document;
    }

    /// <summary>Replaces a package's document.</summary>
    public static void SetNpm(this FakeUpstream upstream, string name, JsonObject document) =>
        upstream.Files[$"/npm/{name.Replace("/", "%2f", StringComparison.Ordinal)}"] =
            Encoding.UTF8.GetBytes(document.ToJsonString());

    /// <summary>What a package file has in it; some 90 KB, so that it comes in pieces.</summary>
    public static byte[] Bytes(string name, string version)
    {
        StringBuilder text = new();
        for (var i = 0; i < 5000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{name} {version} {i}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
