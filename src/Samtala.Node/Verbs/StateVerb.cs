using System.CommandLine;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Verbs;

/// <summary>state put, get, delete, list, watch.</summary>
internal static class StateVerb
{
    public static Command Build(CliContext context)
    {
        Command group = new("state", "Small values under names, at most 7 KiB each.")
        {
            Put(context), Get(context), Delete(context), List(context), Watch(context),
        };
        return ExampleHelp.With(
            group, "samtala state put notes today \"buy milk\"", "samtala state get notes today",
            "samtala state watch notes --output jsonl");
    }

    private static Argument<string> Store() => new("store") { Description = "1 to 63 of a-z, 0-9 and '-'." };

    private static Argument<string> Key() => new("key") { Description = "1 to 512 bytes; may contain '/'." };

    private static Option<string?> Prefix() =>
        new("--prefix") { Description = "Only keys that begin with this.", HelpName = "TEXT" };

    private static Option<string?> Etag() =>
        new("--etag") { Description = "Only while it has this etag; 0 means only if absent.", HelpName = "ETAG" };

    private static Command Put(CliContext context)
    {
        var (store, key, etag) = (Store(), Key(), Etag());
        Argument<string> value = new("value") { Description = "Text; @FILE for a file's bytes; - for standard input." };
        Command command = new("put", "Writes one entry; durable when it returns.") { store, key, value, etag };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            JsonObject entry = Content(parsed.GetValue(value)!, context);
            if (parsed.GetValue(etag) is { } wanted)
                entry["etag"] = wanted;
            var answer = await client.CallAsync(
                HttpMethod.Put, Uri(parsed.GetValue(store)!, parsed.GetValue(key)!), entry, cancel);
            new RpcPrinter(StateEntry.Descriptor, context.FormOf(parsed), context.Out).Answer(answer);
            return 0;
        });
        return ExampleHelp.With(
            command, "samtala state put notes today \"buy milk\"", "samtala state put notes logo @logo.png");
    }

    private static Command Get(CliContext context)
    {
        var (store, key) = (Store(), Key());
        Command command = new("get", "Prints one entry: its value, or with --output json all of it.") { store, key };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var answer = await client.CallAsync(
                HttpMethod.Get, Uri(parsed.GetValue(store)!, parsed.GetValue(key)!), null, cancel);
            if (context.FormOf(parsed) != OutputForm.Table)
                new RpcPrinter(StateEntry.Descriptor, context.FormOf(parsed), context.Out).Answer(answer);
            else if (answer["data"] is { } data)
                await WriteBytesAsync(context, Convert.FromBase64String(data.ToString()), cancel);
            else
                context.Out.WriteLine(answer["text"]?.ToString() ?? "");
            return 0;
        });
        return ExampleHelp.With(command, "samtala state get notes today", "samtala state get notes logo > logo.png");
    }

    private static Command Delete(CliContext context)
    {
        var (store, key, etag) = (Store(), Key(), Etag());
        Command command = new("delete", "Deletes one entry.") { store, key, etag };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var uri = Uri(parsed.GetValue(store)!, parsed.GetValue(key)!);
            if (parsed.GetValue(etag) is { } wanted)
                uri += $"?etag={System.Uri.EscapeDataString(wanted)}";
            await client.CallAsync(HttpMethod.Delete, uri, null, cancel);
            return 0;
        });
        return ExampleHelp.With(command, "samtala state delete notes today");
    }

    private static Command List(CliContext context)
    {
        var (store, prefix) = (Store(), Prefix());
        Command command = new("list", "Lists the entries of a store in order of their keys.") { store, prefix };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            JsonArray all = [];
            var token = "";
            do
            {
                var page = await client.CallAsync(
                    HttpMethod.Get,
                    Uri(parsed.GetValue(store)!, "")
                    + Query(parsed.GetValue(prefix), $"pageSize=1000&pageToken={token}"),
                    null, cancel);
                foreach (var entry in page["entries"] as JsonArray ?? [])
                    all.Add(entry?.DeepClone());
                token = page["nextPageToken"]?.ToString() ?? "";
            }
            while (token.Length > 0);
            new RpcPrinter(ListStateResponse.Descriptor, context.FormOf(parsed), context.Out).Answer(
                new() { ["entries"] = all });
            return 0;
        });
        return ExampleHelp.With(
            command, "samtala state list notes", "samtala state list notes --prefix 2026/ --output jsonl");
    }

    private static Command Watch(CliContext context)
    {
        var (store, prefix) = (Store(), Prefix());
        Option<string?> resume = new("--resume-token") { Description = "Go on after this event.", HelpName = "TOKEN" };
        Command command = new("watch", "Tells of every change until interrupted.") { store, prefix, resume };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var token = parsed.GetValue(resume) is { } wanted ? $"resumeToken={System.Uri.EscapeDataString(wanted)}"
                : "";
            var uri = $"{Uri(parsed.GetValue(store)!, "")}:watch{Query(parsed.GetValue(prefix), token)}";
            RpcPrinter printer = new(WatchStateResponse.Descriptor, OutputForm.Jsonl, context.Out);
            await foreach (var change in client.StreamAsync(HttpMethod.Get, uri, null, cancel))
            {
                if (context.FormOf(parsed) == OutputForm.Table)
                    WriteChange(context, change);
                else
                    printer.Item(change);
            }

            return 0;
        });
        return ExampleHelp.With(command, "samtala state watch notes", "samtala state watch notes --output jsonl");
    }

    private static void WriteChange(CliContext context, JsonObject change)
    {
        if (change["entry"] is JsonObject entry)
            context.Out.WriteLine($"{change["event"]}  {entry["name"]}  {entry["text"] ?? entry["data"]}".TrimEnd());
        else if (change["event"]?.ToString() == "GAP")
            context.Out.WriteLine("GAP  some changes were missed: list again");
        context.Out.Flush();
    }

    private static JsonObject Content(string value, CliContext context)
    {
        if (value == "-")
            return new() { ["text"] = context.In.ReadToEnd() };
        if (!value.StartsWith('@'))
            return new() { ["text"] = value };
        try
        {
            return new() { ["data"] = Convert.ToBase64String(File.ReadAllBytes(value[1..])) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException("SAM0111", "the file cannot be read", value[1..], e.Message, "", e);
        }
    }

    private static async Task WriteBytesAsync(CliContext context, byte[] bytes, CancellationToken cancellationToken)
    {
        await context.Out.FlushAsync(cancellationToken);
        await using var raw = Console.OpenStandardOutput();
        await raw.WriteAsync(bytes, cancellationToken);
    }

    private static string Uri(string store, string key)
    {
        var keys = $"/v1/stores/{System.Uri.EscapeDataString(store)}/keys";
        return key.Length == 0 ? keys
            : $"{keys}/{string.Join('/', key.Split('/').Select(System.Uri.EscapeDataString))}";
    }

    private static string Query(string? prefix, string rest)
    {
        var query = string.Join(
            '&', new[] { prefix is null ? "" : $"prefix={System.Uri.EscapeDataString(prefix)}", rest }
            .Where(p => p.Length > 0));
        return query.Length == 0 ? "" : $"?{query}";
    }
}
