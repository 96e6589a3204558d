using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Grpc.Core;
using Samtala.Node.Errors;

namespace Samtala.Node.Cli;

/// <summary>From arguments to an exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.</summary>
internal static partial class CommandLine
{
    private const int Interrupted = 130;

    /// <summary>How arguments are read. <c>@FILE</c> is for the verbs: it must not become more arguments.</summary>
    public static ParserConfiguration Reading { get; } =
        new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line.</summary>
    public static async Task<int> RunAsync(string[] args, CliContext context)
    {
        using CancellationTokenSource cancel = new();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, cancel));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, cancel));
        try
        {
            return await DispatchAsync(args, context, cancel.Token);
        }
        catch (CliException e)
        {
            context.Error.WriteLine(context.Paint(e.Line, Colour.Bad));
            return e.ExitCode;
        }
        catch (RpcException e)
        {
            context.Error.WriteLine(context.Paint($"error[SAM0106]: the node refused — {e.Status.Detail}", Colour.Bad));
            return 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (IOException e) when (e.InnerException is not null || e.HResult != 0)
        {
            context.Error.WriteLine(context.Paint($"error[SAM0108]: {e.Message}", Colour.Bad));
            return 1;
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource cancel)
    {
        // The runtime would end the process at once: we end it ourselves, in order.
        signal.Cancel = true;
        cancel.Cancel();
    }

    private static async Task<int> DispatchAsync(string[] args, CliContext context, CancellationToken cancellationToken)
    {
        if (args.Length == 0)
        {
            context.Out.WriteLine(Greeting.Text);
            return 0;
        }

        var root = await RootBuilder.BuildAsync(args, context, cancellationToken);
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { Action: HelpAction inner } help)
            help.Action = new ExampleHelp(inner);
        var parsed = root.Parse(args, Reading);
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
            throw UsageError(parsed);
        InvocationConfiguration run = new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = context.Out,
            Error = context.Error,
        };
        return await parsed.InvokeAsync(run, cancellationToken);
    }

    private static CliException UsageError(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(parsed.CommandResult);
        if (parsed.UnmatchedTokens.Count > 0)
        {
            var word = parsed.UnmatchedTokens[0];
            var options = command.Options.Concat(parsed.RootCommandResult.Command.Options)
                .SelectMany(o => o.Aliases.Append(o.Name)).ToHashSet(StringComparer.Ordinal);

            // An option that exists is left over when it stands behind "--".
            var isOption = word.StartsWith('-') && !options.Contains(word);
            var what = isOption ? "unknown option"
                : command.Subcommands.Count > 0 ? "unknown command" : "one word too many:";
            var hint = Nearest.Hint(word, isOption ? options : command.Subcommands.Select(c => c.Name));
            return CliException.Usage(
                "SAM0001", $"{what} '{word}'", path, hint.Length > 0 ? hint : $"see: {path} --help");
        }

        var message = parsed.Errors[0].Message.ReplaceLineEndings("").Replace('\t', ' ').TrimEnd('.');
        if (WrongType().Match(message) is { Success: true } wrong)
        {
            var (word, name) = (wrong.Groups["word"].Value, wrong.Groups["name"].Value);
            var form = command.Options.Concat(parsed.RootCommandResult.Command.Options)
                .FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name))?.HelpName;
            return CliException.Usage(
                "SAM0002", $"'{word}' does not fit", form is null ? path : $"{path} {name}",
                form is null or "NUMBER" ? "give a whole number" : $"give {form}");
        }

        return CliException.Usage("SAM0002", message, path, $"see: {path} --help");
    }

    // The parser names types of .NET, which nobody typed.
    [GeneratedRegex(
        "^Cannot parse argument '(?<word>.*)' for (command|option) '(?<name>[^']*)' as expected type ",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrongType();

    private static string PathOf(SymbolResult? result)
    {
        List<string> words = [];
        for (; result is CommandResult command; result = command.Parent)
            words.Insert(0, command.Command is RootCommand ? "samtala" : command.Command.Name);
        return string.Join(' ', words);
    }
}
