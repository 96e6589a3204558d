namespace Samtala.Node.Config;

/// <summary>A value and who gave it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Source">For people: "default", "config.yaml, line 3", "SAMTALA_HTTP" or "--http".</param>
internal sealed record Layer(string Value, string Source);

/// <summary>Defaults, then config.yaml, then the environment, then flags: the last one that says something
/// wins.</summary>
internal sealed class Layers
{
    private readonly IEnvironment _environment;
    private readonly IReadOnlyDictionary<string, (string Value, long Line)> _file;
    private readonly IReadOnlyDictionary<string, string> _flags;
    private readonly string _path;

    /// <summary>Reads the configuration file and keeps the rest.</summary>
    /// <param name="environment">Variables and home.</param>
    /// <param name="flags">Values given on the command line, by key.</param>
    /// <exception cref="Errors.CliException">The configuration file is wrong.</exception>
    public Layers(IEnvironment environment, IReadOnlyDictionary<string, string> flags)
    {
        _environment = environment;
        _flags = flags;
        _path = Paths.ConfigFile(environment);
        _file = ConfigFile.Read(_path);
    }

    /// <summary>The value that wins.</summary>
    public string this[Setting setting] => Explain(setting)[^1].Value;

    /// <summary>Whether anybody but the default said something.</summary>
    public bool IsSet(Setting setting) => Explain(setting).Count > 1;

    /// <summary>Everybody who said something, weakest first; the last one wins.</summary>
    public IReadOnlyList<Layer> Explain(Setting setting)
    {
        List<Layer> layers = [new(setting.Default(_environment), "default")];
        if (_file.TryGetValue(setting.Key, out var entry))
            layers.Add(new(entry.Value, $"{_path}, line {entry.Line}"));
        if (_environment.Variable(setting.Variable) is { } value)
            layers.Add(new(value, setting.Variable));
        if (_flags.TryGetValue(setting.Key, out var flag))
            layers.Add(new(flag, setting.Flag));
        return layers;
    }
}
