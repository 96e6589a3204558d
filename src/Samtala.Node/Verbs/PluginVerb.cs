using System.CommandLine;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Client;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Verbs;

/// <summary>plugin list, show, install, remove, enable, disable, reload, logs.</summary>
internal static class PluginVerb
{
    private const string Service = "PluginService";

    public static Command Build(CliContext context)
    {
        Dictionary<string, string> comments = new(StringComparer.Ordinal)
        {
            [$"{Service}_ListPlugins"] = "Lists the installed plugins.",
            [$"{Service}_GetPlugin"] = "Tells everything about one plugin.",
            [$"{Service}_EnablePlugin"] = "Starts a plugin now and at every start of the node.",
            [$"{Service}_EnablePlugin/grants"] = "What it may do besides what it may already.",
            [$"{Service}_DisablePlugin"] = "Stops a plugin; what it stored stays.",
            [$"{Service}_RemovePlugin"] = "Stops and removes a plugin, and what it stored unless --keep-data.",
            [$"{Service}_RemovePlugin/keepData"] = "Keep what it stored.",
            [$"{Service}_ReloadPlugin"] = "Stops a plugin, loads its files anew, and starts it.",
            [$"{Service}_StreamPluginLogs"] = "Prints the newest log lines of a plugin.",
            [$"{Service}_StreamPluginLogs/follow"] = "Go on with lines to come.",
        };
        var group = RpcCommands.Group(
            "plugin", "Installs, enables, disables and removes plugins, while the node serves.",
            [PluginReflection.Descriptor.Services.Single()], context with { Comments = comments });
        var generic = group.Subcommands.Single(c => c.Name == "install");
        group.Subcommands.Remove(generic);
        group.Subcommands.Add(Install(context));
        return ExampleHelp.With(
            group, "samtala plugin list", "samtala plugin install ./artifacts/plugins/hello",
            "samtala plugin enable registry", "samtala plugin logs registry --follow");
    }

    private static Command Install(CliContext context)
    {
        Argument<string> path = new("path") { Description = "A folder or .nupkg on the node's own machine." };
        Option<bool> yes = new("--yes", "-y") { Description = "Give all it asks for without a question." };
        Option<string[]> grants = new("--grants", "--grant") { Description = "Give only these.", HelpName = "GRANT" };
        Option<bool> dry = new("--validate-only") { Description = "Check everything and change nothing." };
        Command command = new("install", "Installs a plugin after showing what it asks for.")
        {
            path, yes, grants, dry,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var full = Path.GetFullPath(parsed.GetValue(path)!);
            var form = context.FormOf(parsed);
            var plan = await SendAsync(client, full, [], validateOnly: true, cancel);
            var needs = (plan["needs"] as JsonArray ?? []).Select(n => n!.ToString()).ToArray();
            if (parsed.GetValue(dry))
            {
                new RpcPrinter(Plugin.Descriptor, form, context.Out).Answer(plan);
                return 0;
            }

            var given = parsed.GetValue(grants) is { Length: > 0 } some ? some : needs;
            Show(context, plan, needs, given);
            if (!parsed.GetValue(yes) && !Confirm(context))
                return 1;
            var installed = await SendAsync(client, full, given, validateOnly: false, cancel);
            new RpcPrinter(Plugin.Descriptor, form, context.Out).Answer(installed);
            return installed["state"]?.ToString() is "RUNNING" or "STARTING" or "AWAITING_CONSENT" ? 0 : 1;
        });
        return ExampleHelp.With(
            command, "samtala plugin install ./artifacts/plugins/hello", "samtala plugin install hello.nupkg --yes");
    }

    private static Task<JsonObject> SendAsync(
        NodeClient client, string path, string[] grants, bool validateOnly, CancellationToken cancellationToken) =>
        client.CallAsync(
            HttpMethod.Post, "/v1/plugins:install",
            new JsonObject
            {
                ["path"] = path,
                ["grants"] = new JsonArray([.. grants.Select(g => (JsonNode)g)]),
                ["validateOnly"] = validateOnly,
            },
            cancellationToken);

    private static void Show(CliContext context, JsonObject plan, string[] needs, string[] given)
    {
        context.Error.WriteLine($"{plan["displayName"]} {plan["version"]} ({plan["id"]}): {plan["description"]}");
        context.Error.WriteLine(plan["isolation"]?.ToString() == "process"
            ? "It runs in a process of its own."
            : "It runs inside the node, without protection: install only what you trust.");
        context.Error.WriteLine(needs.Length == 0 ? "It asks for nothing." : "It asks for:");
        foreach (var need in needs)
        {
            context.Error.WriteLine(
                $"  {need}{(given.Contains(need, StringComparer.Ordinal) ? "" : "   (not given)")}");
        }

        foreach (var request in plan["anonymous"] as JsonArray ?? [])
            context.Error.WriteLine($"  without a token, on this machine: {request}");
    }

    private static bool Confirm(CliContext context)
    {
        if (!context.IsInteractive)
        {
            throw CliException.Usage(
                "SAM0010", "installing needs your consent", "samtala plugin install",
                    "nobody is here to ask: give --yes");
        }

        context.Error.Write("Install it? [y/N] ");
        return context.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }
}
