using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Samtala.Architecture.Tests;

/// <summary>Types and methods that only named projects may touch, read from the built assemblies.</summary>
public sealed class BannedReferenceTests
{
    /// <summary>Type or type.method, and who may use it (nobody when empty).</summary>
    private static readonly (string Symbol, string[] Users, string Instead)[] s_rules =
    [
        ("System.Net.Sockets.Socket",
            ["Samtala.Fetch", "Samtala.Gateway", "Samtala.Grpc", "Samtala.Network", "Samtala.Node"],
            "Take a transport."),
        ("System.Net.Sockets.UdpClient", [], "Take a transport."),
        ("System.Diagnostics.Process", ["Samtala.Kernel", "Samtala.Node"], "Ask ICommands."),
        ("System.Diagnostics.Stopwatch", ["Samtala.Node"], "TimeProvider.GetTimestamp."),
        ("System.Runtime.Loader.AssemblyLoadContext", ["Samtala.Kernel"], "Only the plugin loader loads."),
        ("System.Reflection.Assembly.LoadFrom", [], "Only the plugin loader loads."),
        ("System.IO.Compression.ZipFileExtensions", [], "Unpack with a byte budget."),
        ("System.Xml.XmlDocument", [], "XmlReader with DTDs prohibited."),
        ("System.Xml.Linq.XDocument.Parse", [], "XmlReader with DTDs prohibited."),
        ("System.Security.Cryptography.MD5", [], "SHA-256."),
        ("System.Random.get_Shared", [], "Take Random by constructor."),
        ("FASTER.core.FasterLog", ["Samtala.Storage"], "Use IStore."),
    ];

    public static TheoryData<string> Projects => [.. Repository.ProductProjects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_built_assembly_touches_only_what_it_may(string project)
    {
        var path = Repository.AssemblyOf(project);
        Assert.SkipWhen(path is null && Environment.GetEnvironmentVariable("CI") is null, $"{project} is not built.");
        Assert.NotNull(path);

        using PEReader pe = new(File.OpenRead(path));
        var used = SymbolsOf(pe.GetMetadataReader());
        var broken = s_rules
            .Where(rule => used.Contains(rule.Symbol) && !rule.Users.Contains(project, StringComparer.Ordinal))
            .Select(rule => $"{project} uses {rule.Symbol}. {rule.Instead}");
        Assert.Empty(broken);
    }

    [Fact]
    public void Only_Samtala_Crypto_calls_libsodium()
    {
        var users = Repository.Files("src", ".cs").Concat(Repository.Files("plugins", ".cs"))
            .Where(f => File.ReadAllText(f).Contains("LibraryImport(", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("sodium", StringComparison.OrdinalIgnoreCase))
            .Select(f => Repository.Relative(f).Split('/')[1])
            .Distinct(StringComparer.Ordinal);
        Assert.Equal(["Samtala.Crypto"], users);
    }

    private static HashSet<string> SymbolsOf(MetadataReader metadata)
    {
        HashSet<string> symbols = new(StringComparer.Ordinal);
        foreach (var handle in metadata.TypeReferences)
            symbols.Add(NameOf(metadata, metadata.GetTypeReference(handle)));
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
                symbols.Add($"{NameOf(metadata, type)}.{metadata.GetString(member.Name)}");
            }
        }

        return symbols;
    }

    private static string NameOf(MetadataReader metadata, TypeReference type) =>
        $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
}
