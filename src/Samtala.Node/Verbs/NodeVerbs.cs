using System.CommandLine;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Client;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Verbs;

/// <summary>status, stop, doctor, audit.</summary>
internal static class NodeVerbs
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(10);

    public static Command Status(CliContext context) => Named(context, "status", "GetStatus", "Tells how the node is.");

    public static Command Audit(CliContext context) =>
        Named(context, "audit", "ListAuditEntries", "Who wrote what through the door, newest first.");

    public static Command Stop(CliContext context)
    {
        Command command = new("stop", "Stops the node cleanly and waits until it has ended.");
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            await client.CallAsync(HttpMethod.Post, "/v1/node:shutdown", new JsonObject(), cancel);
            await WaitForEndAsync(client, cancel);
            if (context.FormOf(parsed) == OutputForm.Table)
                context.Out.WriteLine("stopped");
            else
                context.Out.WriteLine("""{"event":"stopped"}""");
            return 0;
        });
        return ExampleHelp.With(command, "samtala stop", "samtala stop --data ./my-data");
    }

    public static Command Doctor(CliContext context)
    {
        Command command = new("doctor", "Checks the node's surroundings; each finding says how to mend it.");
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var answer = await client.CallAsync(HttpMethod.Get, "/v1/node:diagnose", null, cancel);
            var findings = (answer["findings"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            if (context.FormOf(parsed) != OutputForm.Table)
                new RpcPrinter(DiagnoseResponse.Descriptor, context.FormOf(parsed), context.Out).Answer(answer);
            else
                findings.ForEach(f => WriteFinding(context, f));
            return findings.Any(f => f["level"]?.ToString() == "PROBLEM") ? 1 : 0;
        });
        return ExampleHelp.With(command, "samtala doctor", "samtala doctor --output json");
    }

    private static Command Named(CliContext context, string name, string method, string description)
    {
        var service = NodeReflection.Descriptor.Services.Single(s => s.Name == "NodeService");
        var command = RpcCommands.Of(service.FindMethodByName(method), name, $"samtala {name}", context);
        command.Description = description;
        return command;
    }

    private static void WriteFinding(CliContext context, JsonObject finding)
    {
        var (mark, colour) = finding["level"]?.ToString() switch
        {
            "OK" => ("ok     ", Colour.Good),
            "WARNING" => ("warning", Colour.Doubtful),
            _ => ("problem", Colour.Bad),
        };
        context.Out.WriteLine($"{context.Paint(mark, colour)}  {finding["subject"]}: {finding["detail"]}");
        if (finding["remedy"]?.ToString() is { Length: > 0 } remedy)
            context.Out.WriteLine($"         {remedy}  ({finding["code"]})");
    }

    private static async Task WaitForEndAsync(NodeClient client, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(s_stopTimeout);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, both.Token);
                await client.CallAsync(HttpMethod.Get, "/healthz", null, both.Token);
            }
        }
        catch (CliException)
        {
            // It answers no more.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(
                "SAM0110", "the node still answers", client.Target.Shown,
                    $"{s_stopTimeout.TotalSeconds:0} s after it was asked to stop",
                "see its log; kill -9 loses nothing that was acknowledged");
        }
    }
}
