using System.Text.RegularExpressions;

namespace Samtala.Architecture.Tests;

/// <summary>The .proto files: a package is its folder, every rpc declares its scope, everything is commented.</summary>
public sealed partial class ProtoTests
{
    public static TheoryData<string> Files =>
        [.. Repository.Files("proto/samtala", ".proto").Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_package_is_its_folder(string file)
    {
        var package = Package().Match(File.ReadAllText(Repository.At(file))).Groups[1].Value;
        Assert.Equal(Path.GetDirectoryName(file)!.Replace('\\', '/'), $"proto/{package.Replace('.', '/')}");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_rpc_declares_its_scope(string file)
    {
        var text = File.ReadAllText(Repository.At(file));
        var parts = text.Split("\n  rpc ").Skip(1);
        Assert.Empty(parts
            .Where(p => !p.Split("\n  }")[0].Contains("(samtala.type.v1.scope) = \"", StringComparison.Ordinal))
            .Select(p => p.Split('(')[0]));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_rpc_message_and_field_has_a_comment(string file)
    {
        var lines = File.ReadAllLines(Repository.At(file));
        var bare = lines.Select((line, i) => (line, i))
            .Where(x =>
                Commented().IsMatch(x.line) && !lines[x.i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Select(x => $"{file}:{x.i + 1}");
        Assert.Empty(bare);
    }

    [GeneratedRegex(@"^package ([a-z0-9.]+);", RegexOptions.Multiline)]
    private static partial Regex Package();

    [GeneratedRegex(@"^\s*(rpc|message|service|enum|[A-Za-z0-9_.<>, ]+ [a-z0-9_]+ = [0-9]+|[A-Z0-9_]+ = [0-9]+)\b")]
    private static partial Regex Commented();
}
