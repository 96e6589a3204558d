namespace Samtala.Node.Config;

/// <summary>Folders by the XDG base directory rules.</summary>
internal static class Paths
{
    private const string Name = "samtala";

    /// <summary>Where data lives unless said otherwise.</summary>
    public static string DefaultData(IEnvironment environment) =>
        Path.Combine(Base(environment, "XDG_DATA_HOME", ".local/share"), Name);

    /// <summary>The configuration file.</summary>
    public static string ConfigFile(IEnvironment environment) =>
        Path.Combine(Base(environment, "XDG_CONFIG_HOME", ".config"), Name, "config.yaml");

    // The rules say: a relative path in such a variable is to be ignored.
    private static string Base(IEnvironment environment, string variable, string fallback) =>
        environment.Variable(variable) is { } folder && Path.IsPathRooted(folder)
            ? folder
            : Path.Combine(environment.Home, fallback);
}
