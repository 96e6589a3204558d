using Samtala.Node.Cli;
using Samtala.Node.Config;

ProcessEnvironment environment = new();
var isInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected;
return await CommandLine.RunAsync(args, new CliContext(Console.Out, Console.Error, Console.In, environment)
{
    IsInteractive = isInteractive,
    HasColour = !Console.IsOutputRedirected && !Console.IsErrorRedirected && environment.Variable("NO_COLOR") is null,
});
