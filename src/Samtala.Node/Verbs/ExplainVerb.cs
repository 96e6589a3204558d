using System.CommandLine;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Errors;

namespace Samtala.Node.Verbs;

/// <summary>explain CODE.</summary>
internal static class ExplainVerb
{
    public static Command Build(CliContext context)
    {
        Argument<string> code = new("code") { Description = "Such as SAM0101.", HelpName = "code" };
        code.CompletionSources.Add(
            _ => ErrorCatalogue.Load().Codes.Select(c => new System.CommandLine.Completions.CompletionItem(c)));
        Command command = new("explain", "Explains an error code: what happened, why, and what to do.") { code };
        command.SetAction(parsed =>
        {
            var catalogue = ErrorCatalogue.Load();
            var wanted = parsed.GetValue(code)!;
            var text = catalogue.Explain(wanted) ?? throw CliException.Usage(
                "SAM0007", $"there is no error code '{wanted}'", "samtala explain",
                Nearest.Hint(wanted.ToUpperInvariant(), catalogue.Codes) is { Length: > 0 } hint ? hint
                    : "codes look like SAM0101");
            context.Out.WriteLine(context.FormOf(parsed) == OutputForm.Table
                ? text
                : new JsonObject { ["code"] = text[..7], ["text"] = text }.ToJsonString());
            return 0;
        });
        return ExampleHelp.With(command, "samtala explain SAM0101");
    }
}
