using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Samtala.Node.Cli;

/// <summary>The usual help, then examples.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Command, string[]> s_examples = [];
    private readonly HelpAction _inner;

    public ExampleHelp(HelpAction inner) => _inner = inner;

    /// <summary>Says what to type.</summary>
    public static T With<T>(T command, params string[] examples)
        where T : Command
    {
        s_examples.AddOrUpdate(command, examples);
        return command;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = _inner.Invoke(parseResult);
        if (s_examples.TryGetValue(parseResult.CommandResult.Command, out var examples))
        {
            var target = parseResult.InvocationConfiguration.Output;
            target.WriteLine("Examples:");
            foreach (var example in examples)
                target.WriteLine($"  {example}");
            target.WriteLine();
        }

        return result;
    }
}
