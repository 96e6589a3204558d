using System.CommandLine;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Config;
using Samtala.Node.Errors;

namespace Samtala.Node.Verbs;

/// <summary>config list, explain, path.</summary>
internal static class ConfigVerb
{
    public static Command Build(CliContext context)
    {
        Command group = new(
            "config", "Tells every setting and who decided it: default, config.yaml, environment, flag.")
        {
            List(context), Explain(context), FilePath(context),
        };
        return ExampleHelp.With(group, "samtala config list", "samtala config explain http");
    }

    private static Command List(CliContext context)
    {
        Command command = new("list", "Every setting, its value and who decided it.");
        command.SetAction(parsed =>
        {
            var layers = context.Switches.LayersOf(parsed, context.Environment);
            var rows = Settings.All.Select(s => (Setting: s, Winner: layers.Explain(s)[^1])).ToList();
            if (context.FormOf(parsed) == OutputForm.Table)
            {
                TableText.Write(
                    context.Out, ["key", "value", "decided by"],
                    [.. rows.Select(r => new[] { r.Setting.Key, Shown(r.Setting, r.Winner.Value), r.Winner.Source })]);
                return 0;
            }

            foreach (var (setting, winner) in rows)
                context.Out.WriteLine(Json(setting, winner).ToJsonString());
            return 0;
        });
        return ExampleHelp.With(command, "samtala config list");
    }

    private static Command Explain(CliContext context)
    {
        Argument<string> key = new("key") { Description = "A setting, such as http." };
        key.CompletionSources.Add([.. Settings.All.Select(s => s.Key)]);
        Command command = new("explain", "Who said what about a setting, and who won.") { key };
        command.SetAction(parsed =>
        {
            var setting = Find(parsed.GetValue(key)!);
            var layers = context.Switches.LayersOf(parsed, context.Environment).Explain(setting);
            if (context.FormOf(parsed) != OutputForm.Table)
            {
                var answer = Json(setting, layers[^1]);
                answer["layers"] = new JsonArray([.. layers.Select(l => (JsonNode)new JsonObject
                {
                    ["source"] = l.Source,
                    ["value"] = Shown(setting, l.Value),
                })]);
                context.Out.WriteLine(answer.ToJsonString());
                return 0;
            }

            context.Out.WriteLine($"{setting.Key}: {setting.Description} ({setting.Form})");
            foreach (var layer in layers)
            {
                var mark = ReferenceEquals(layer, layers[^1]) ? "wins" : "    ";
                context.Out.WriteLine($"  {mark}  {Shown(setting, layer.Value),-24}  {layer.Source}");
            }

            var file = Paths.ConfigFile(context.Environment);
            context.Out.WriteLine($"Set it by {setting.Flag}, {setting.Variable}, or {setting.Key}: in {file}");
            return 0;
        });
        return ExampleHelp.With(command, "samtala config explain http", "samtala config explain data --output json");
    }

    private static Command FilePath(CliContext context)
    {
        Command command = new("path", "Where the configuration file is, whether it exists or not.");
        command.SetAction(_ => context.Out.WriteLine(Paths.ConfigFile(context.Environment)));
        return ExampleHelp.With(command, "samtala config path");
    }

    private static Setting Find(string key) => Settings.All.FirstOrDefault(s => s.Key == key)
        ?? throw CliException.Usage(
            "SAM0004", $"unknown setting '{key}'", "samtala config explain",
            Nearest.Hint(key, Settings.All.Select(s => s.Key)) is { Length: > 0 } hint ? hint
                : "see: samtala config list");

    private static JsonObject Json(Setting setting, Layer winner) => new()
    {
        ["key"] = setting.Key,
        ["value"] = Shown(setting, winner.Value),
        ["source"] = winner.Source,
    };

    // A token may stand in the environment; it must not end in a bug report.
    private static string Shown(Setting setting, string value) =>
        setting == Settings.Token && value.Length > 0 && value[0] != '@' ? "(hidden)" : value;
}
