using System.CommandLine;
using Samtala.Node.Cli;
using Samtala.Node.Config;
using Samtala.Node.Start;

namespace Samtala.Node.Verbs;

/// <summary>start.</summary>
internal static class StartVerb
{
    public static Command Build(CliContext context)
    {
        var options = new[] { Settings.Http, Settings.Grpc, Settings.Socket, Settings.Listen, Settings.Dht,
            Settings.Bootstrap, Settings.Plugins }
            .Select(s => Switches.Of(s, recursive: false)).ToArray();
        Option<bool> noLan = new(Settings.NoLan.Flag) { Description = Settings.NoLan.Description };
        Command command = new("start", "Starts the node and stays in the foreground until SIGTERM or Ctrl-C.");
        foreach (var option in options)
            command.Add(option);
        command.Add(noLan);
        command.SetAction((parsed, cancel) =>
        {
            var layers = context.Switches.LayersOf(parsed, context.Environment, options);
            var start = StartOptions.From(layers, parsed.GetValue(noLan)) with { Form = context.FormOf(parsed) };
            return NodeProcess.RunAsync(start, context, cancel);
        });
        return ExampleHelp.With(
            command, "samtala start", "samtala start --data ./my-data --http 127.0.0.1:0 --output json");
    }
}
