namespace Samtala.Node.Config;

/// <summary>What the process was given: variables and the home folder.</summary>
internal interface IEnvironment
{
    /// <summary>A variable; null when unset or empty.</summary>
    string? Variable(string name);

    /// <summary>The user's home folder.</summary>
    string Home { get; }
}

/// <summary>The real one.</summary>
internal sealed class ProcessEnvironment : IEnvironment
{
    public string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
