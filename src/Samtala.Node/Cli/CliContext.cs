using System.CommandLine;
using Samtala.Node.Client;
using Samtala.Node.Config;

namespace Samtala.Node.Cli;

/// <summary>What every verb works with.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Errors and progress.</param>
/// <param name="In">Answers of the person.</param>
/// <param name="Environment">Variables and home.</param>
internal sealed record CliContext(TextWriter Out, TextWriter Error, TextReader In, IEnvironment Environment)
{
    /// <summary>Options that every verb takes.</summary>
    public Switches Switches { get; } = new();

    /// <summary>Whether a person reads the results.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether colours are wanted.</summary>
    public bool HasColour { get; init; }

    /// <summary>Descriptions of a plugin's rpcs and fields, by operation; empty unless help is asked for.</summary>
    public IReadOnlyDictionary<string, string> Comments { get; init; } = new Dictionary<string, string>();

    /// <summary>A client for the node that the command line names.</summary>
    /// <exception cref="Errors.CliException">The configuration is wrong.</exception>
    public NodeClient Connect(ParseResult parsed) =>
        new(NodeTarget.Find(Switches.LayersOf(parsed, Environment)));

    /// <summary>How results are printed.</summary>
    public OutputForm FormOf(ParseResult parsed) => parsed.GetValue(Switches.Output);

    /// <summary>Text in a colour, if colours are wanted.</summary>
    public string Paint(string text, Colour colour) => HasColour ? $"\e[{(int)colour}m{text}\e[0m" : text;
}

/// <summary>Colours by their meaning.</summary>
internal enum Colour
{
    Bad = 31,
    Good = 32,
    Doubtful = 33,
}
