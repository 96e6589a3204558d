using System.CommandLine;
using Samtala.Node.Config;

namespace Samtala.Node.Cli;

/// <summary>Options that every verb takes.</summary>
internal sealed class Switches
{
    /// <summary>Where: --node.</summary>
    public Option<string?> Node { get; } = Of(Settings.Node);

    /// <summary>With what: --token.</summary>
    public Option<string?> Token { get; } = Of(Settings.Token);

    /// <summary>Whose: --data.</summary>
    public Option<string?> Data { get; } = Of(Settings.Data);

    /// <summary>How results are printed: --output.</summary>
    public Option<OutputForm> Output { get; } = new("--output", "-o")
    {
        Description = "How results are printed. json and jsonl have stable field names.",
        HelpName = "table|json|jsonl",
        Recursive = true,
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Node, Token, Data, Output];

    /// <summary>The settings as the command line, the environment and the file give them.</summary>
    /// <exception cref="Errors.CliException">The configuration file is wrong.</exception>
    public Layers LayersOf(ParseResult parsed, IEnvironment environment, params IEnumerable<Option<string?>> more)
    {
        Dictionary<string, string> flags = new(StringComparer.Ordinal);
        foreach (var option in new[] { Node, Token, Data }.Concat(more))
        {
            if (parsed.GetValue(option) is { } value)
                flags[option.Name.TrimStart('-')] = value;
        }

        return new Layers(environment, flags);
    }

    /// <summary>An option for a setting; unset unless given, so that weaker layers can speak.</summary>
    public static Option<string?> Of(Setting setting, bool recursive = true) => new(setting.Flag)
    {
        Description = setting.Description,
        HelpName = setting.Form,
        Recursive = recursive,
    };
}
