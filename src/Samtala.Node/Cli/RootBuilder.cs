using System.CommandLine;
using System.CommandLine.Parsing;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.Verbs;

namespace Samtala.Node.Cli;

/// <summary>The tree of commands. Only the verb that is asked for is built whole: descriptors cost time.</summary>
internal static class RootBuilder
{
    private static readonly (string Name, string Description, Func<CliContext, Command> Build)[] s_verbs =
    [
        ("start", "Starts the node and stays in the foreground.", StartVerb.Build),
        ("status", "Tells how the node is.", NodeVerbs.Status),
        ("stop", "Stops the node cleanly.", NodeVerbs.Stop),
        ("doctor", "Checks the node's surroundings; each finding says how to mend it.", NodeVerbs.Doctor),
        ("audit", "Who wrote what through the door, newest first.", NodeVerbs.Audit),
        ("token", "Makes and withdraws tokens and login links.", TokenVerb.Build),
        ("plugin", "Installs, enables, disables and removes plugins.", PluginVerb.Build),
        ("state", "Small values under names.", StateVerb.Build),
        ("blob", "Immutable bytes.", BlobVerb.Build),
        ("log", "Signed append-only logs.", LogVerb.Build),
        ("config", "Tells every setting and who decided it.", ConfigVerb.Build),
        ("explain", "Explains an error code.", ExplainVerb.Build),
        ("completion", "Prints a completion script for a shell.", CompletionVerb.Build),
    ];

    /// <summary>The tree for one command line.</summary>
    /// <exception cref="CliException">The verb is neither ours nor a running plugin's.</exception>
    public static async Task<RootCommand> BuildAsync(
        string[] args, CliContext context, CancellationToken cancellationToken)
    {
        RootCommand root = new("A personal peer-to-peer node.");
        foreach (var option in context.Switches.All)
            root.Add(option);
        var verb = VerbOf(args, context);
        foreach (var (name, description, build) in s_verbs)
            root.Add(name == verb ? build(context) : new Command(name, description));
        if (verb.Length > 0 && !s_verbs.Any(v => v.Name == verb))
            root.Add(await PluginCommandAsync(verb, args, context, cancellationToken));
        else if (verb.Length == 0)
            await AddPluginNamesAsync(root, args, context, cancellationToken);
        return root;
    }

    /// <summary>The first word that is no option; empty when there is none.</summary>
    private static string VerbOf(string[] args, CliContext context)
    {
        // The completion directive carries the whole line as one argument.
        var words = args is [['[', ..] directive, var line, ..]
            && directive.StartsWith("[suggest", StringComparison.Ordinal)
            ? [.. CommandLineParser.SplitCommandLine(line).Skip(1)]
            : args;
        var takesValue = context.Switches.All.SelectMany(o => o.Aliases.Append(o.Name)).ToHashSet(
            StringComparer.Ordinal);
        for (var i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith('-') && !words[i].StartsWith('['))
                return IsSuggesting(args) && i == words.Length - 1 && !args[1].EndsWith(' ') ? "" : words[i];
            if (takesValue.Contains(words[i]))
                i++;
        }

        return "";
    }

    private static bool IsSuggesting(string[] args) =>
        args.Length > 1 && args[0].StartsWith("[suggest", StringComparison.Ordinal);

    private static ParseResult Options(string[] args, CliContext context)
    {
        RootCommand bare = new();
        foreach (var option in context.Switches.All)
            bare.Add(option);
        bare.TreatUnmatchedTokensAsErrors = false;
        return bare.Parse(args, CommandLine.Reading);
    }

    private static async Task<Command> PluginCommandAsync(
        string id, string[] args, CliContext context, CancellationToken cancellationToken)
    {
        var hint = Nearest.Hint(id, s_verbs.Select(v => v.Name));
        try
        {
            using var client = context.Connect(Options(args, context));
            var services = await PluginServices.OfAsync(client, id, cancellationToken);
            if (services.Count > 0)
            {
                var wantsHelp = IsSuggesting(args) || args.Any(a => a is "--help" or "-h" or "-?" or "/?");
                var comments = wantsHelp ? await PluginServices.CommentsAsync(client, cancellationToken)
                    : context.Comments;
                return RpcCommands.Group(
                    id, $"Commands of the plugin {id}.", services, context with { Comments = comments });
            }

            var known = await PluginServices.IdsAsync(client, cancellationToken);
            if (hint.Length == 0)
                hint = Nearest.Hint(id, known);
            var why = known.Contains(id, StringComparer.Ordinal) ? "the plugin does not run"
                : "no plugin of that name runs";
            throw CliException.Usage(
                "SAM0001", $"unknown command '{id}' ({why})", "samtala", hint.Length > 0 ? hint
                    : "see: samtala plugin list");
        }
        catch (CliException e) when (e.Code == "SAM0101")
        {
            throw CliException.Usage(
                "SAM0001", $"unknown command '{id}'", "samtala",
                hint.Length > 0 ? hint
                    : "see: samtala --help; plugins add commands while the node runs: samtala start");
        }
    }

    // Only if a node answers, and quickly: help must work without one.
    private static async Task AddPluginNamesAsync(
        RootCommand root, string[] args, CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            using var client = context.Connect(Options(args, context));
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            both.CancelAfter(TimeSpan.FromMilliseconds(500));
            foreach (var id in await PluginServices.IdsAsync(client, both.Token))
                root.Add(new Command(id, $"Commands of the plugin {id}."));
        }
        catch (Exception e) when (
            e is CliException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // No node, no plugins' commands.
        }
    }
}
