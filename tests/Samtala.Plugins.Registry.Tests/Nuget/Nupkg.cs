using System.IO.Compression;
using System.Text;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Nuget;

/// <summary>Makes NuGet packages and puts them into an upstream.</summary>
internal static class Nupkg
{
    /// <summary>Makes a package.</summary>
    public static byte[] Make(string id, string version, int nuspecs = 1)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < nuspecs; i++)
            {
                Add(zip, $"{id}{(i == 0 ? "" : i)}.nuspec", Encoding.UTF8.GetBytes($"""
                    <?xml version="1.0"?>
                    <package xmlns="urn:x"><metadata><id>{id}</id><version>{version}</version></metadata></package>
                    """));
            }

            Add(zip, "_rels/.rels", "<x/>"u8.ToArray());
            Add(zip, $"lib/net10.0/{id}.dll", [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 7))]);
        }

        return stream.ToArray();
    }

    /// <summary>Puts the service index, versions, packages and registration of an id into an upstream.</summary>
    public static void AddNuget(this FakeUpstream upstream, string id, params string[] versions)
    {
        const string Flat = "http://up.test/flat/";
        const string Registration = "http://up.test/reg/";
        var lower = id.ToLowerInvariant();
        upstream.Files["/v3/index.json"] = Encoding.UTF8.GetBytes($$"""
            {"version":"3.0.0","resources":[{"@id":"{{Flat}}","@type":"PackageBaseAddress/3.0.0"},
            {"@id":"{{Registration}}","@type":"RegistrationsBaseUrl/3.6.0"}]}
            """);
        upstream.Files[$"/flat/{lower}/index.json"] = Encoding.UTF8.GetBytes(
            $"{{\"versions\":[{string.Join(',', versions.Select(v => $"\"{v}\""))}]}}");
        var leaves = versions.Select(v => $$"""
            {"@id":"{{Registration}}{{lower}}/{{v}}.json","catalogEntry":{"@id":"http://up.test/catalog/1.json",
            "id":"{{id}}","version":"{{v}}","listed":true},
            "packageContent":"{{Flat}}{{lower}}/{{v}}/{{lower}}.{{v}}.nupkg"}
            """);
        upstream.Files[$"/reg/{lower}/index.json"] = Encoding.UTF8.GetBytes($$"""
            {"@id":"{{Registration}}{{lower}}/index.json","count":1,
            "items":[{"@id":"{{Registration}}{{lower}}/index.json#p",
            "count":{{versions.Length}},"lower":"{{versions[0]}}","upper":"{{versions[^1]}}",
            "items":[{{string.Join(',', leaves)}}]}]}
            """);
        foreach (var version in versions)
            upstream.Files[$"/flat/{lower}/{version}/{lower}.{version}.nupkg"] = Make(id, version);
    }

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(content);
    }
}
