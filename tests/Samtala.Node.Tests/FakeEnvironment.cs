using Samtala.Node.Config;

namespace Samtala.Node.Tests;

/// <summary>Variables and a home folder of a test's own.</summary>
internal sealed class FakeEnvironment : IEnvironment, IDisposable
{
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public string Home { get; } = Directory.CreateTempSubdirectory("samtala-").FullName;

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public void WriteConfig(string yaml)
    {
        var path = Paths.ConfigFile(this);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, yaml);
    }

    public void Dispose() => Directory.Delete(Home, recursive: true);
}
