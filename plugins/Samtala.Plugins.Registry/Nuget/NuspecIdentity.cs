using System.Xml;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>What a .nuspec says it belongs to.</summary>
/// <param name="Id">In lower case.</param>
/// <param name="Version">Normalised, in lower case.</param>
internal sealed record NuspecIdentity(string Id, string Version)
{
    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = NupkgCheck.NuspecSizeMax,
    };

    /// <summary>Reads <c>package/metadata/id</c> and <c>version</c>, in whatever namespace.</summary>
    /// <returns>Null when one is missing or is none.</returns>
    /// <exception cref="XmlException">It is no XML.</exception>
    public static NuspecIdentity? Read(byte[] nuspec)
    {
        using MemoryStream stream = new(nuspec, writable: false);
        using var xml = XmlReader.Create(stream, s_settings);
        string? id = null;
        string? version = null;
        xml.MoveToContent();
        while (!xml.EOF)
        {
            if (xml is { NodeType: XmlNodeType.Element, Depth: 2, LocalName: "id" })
                id = NugetName.ReadId(xml.ReadElementContentAsString().Trim());
            else if (xml is { NodeType: XmlNodeType.Element, Depth: 2, LocalName: "version" })
                version = NugetName.ReadVersion(xml.ReadElementContentAsString().Trim());
            else
                xml.Read();
        }

        return id is not null && version is not null ? new NuspecIdentity(id, version) : null;
    }
}
