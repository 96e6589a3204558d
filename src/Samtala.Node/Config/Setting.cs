namespace Samtala.Node.Config;

/// <summary>One setting: its key in config.yaml, and with it the flag <c>--key</c> and the variable
/// SAMTALA_KEY.</summary>
/// <param name="Key">Lower case, words joined by '-'.</param>
/// <param name="Form">How its value is written, for people.</param>
/// <param name="Description">What it does.</param>
/// <param name="Default">The value when nobody says otherwise.</param>
internal sealed record Setting(string Key, string Form, string Description, Func<IEnvironment, string> Default)
{
    /// <summary>The environment variable.</summary>
    public string Variable => "SAMTALA_" + Key.Replace('-', '_').ToUpperInvariant();

    /// <summary>The flag.</summary>
    public string Flag => "--" + Key;
}
