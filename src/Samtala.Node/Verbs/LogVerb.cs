using System.CommandLine;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Verbs;

/// <summary>log append, get, read, and one command for each other rpc of logs.</summary>
internal static class LogVerb
{
    // What one request may hold, with room for base64.
    private const int RequestEntriesMax = 1024;
    private const int RequestBytesMax = 1024 * 1024;

    public static Command Build(CliContext context)
    {
        var service = LogReflection.Descriptor.Services.Single();
        Dictionary<string, string> comments = new(StringComparer.Ordinal)
        {
            ["LogService_CreateLog"] = "Makes an own log, written by this node.",
            ["LogService_FollowLog"] = "Follows another's log from now on and over restarts.",
            ["LogService_GetLog"] = "Tells how a log is now.",
            ["LogService_ListLogs"] = "Lists the logs of this node.",
            ["LogService_DeleteLog"] =
                "Forgets a log and its entries; the label of one that was shared is not used again.",
            ["LogService_ShareLog"] = "Lets whoever knows the key pull the log from here; --stop ends that.",
            ["LogService_ListEntries"] = "Lists entries that are here.",
            ["LogService_GetHead"] = "Shows the signed head.",
            ["LogService_GetProof"] = "Proves that an entry is in the log.",
            ["LogService_VerifyLog"] = "Checks every entry that is here against the signed head.",
            ["LogService_WatchLog"] = "Tells of every change until interrupted.",
            ["LogService_ClearEntries"] = "Gives the space of entries back and keeps their hashes.",
            ["LogService_TruncateLog"] = "Cuts an own log back; peers follow.",
            ["LogService_ConfirmHead"] = "Says that an own head is the newest there is, so that writing goes on.",
            ["LogService_GetEncryptionKey"] = "Shows the key of an own encrypted log: whoever has it can read the log.",
            ["LogService_GetAvailability"] = "Shows who has which entries.",
            ["LogService_CreateLog/label"] = "What to call it: 1 to 63 of a-z, 0-9, '-', '.' and '_'.",
            ["LogService_CreateLog/shared"] = "Whoever knows the key may pull it.",
            ["LogService_CreateLog/encrypted"] = "Entries are encrypted; see: samtala log encryption-key.",
            ["LogService_FollowLog/key"] = "As 'samtala log show' prints it on the other node.",
            ["LogService_FollowLog/peers"] = "HOST:PORT of nodes that have it; those given before are forgotten.",
            ["LogService_FollowLog/label"] = "What to call it here.",
            ["LogService_FollowLog/downloadAll"] = "Fetch every entry as it appears, not only when it is read.",
            ["LogService_FollowLog/encryptionKey"] = "64 hexadecimal digits, when the entries are encrypted.",
            ["LogService_ShareLog/stop"] = "Nobody from now on.",
            ["LogService_ListEntries/start"] = "The first entry.",
            ["LogService_GetProof/index"] = "Which entry; the first is 0.",
            ["LogService_WatchLog/afterLength"] = "Tell first of the entries from this length on.",
            ["LogService_ClearEntries/start"] = "The first entry.",
            ["LogService_ClearEntries/end"] = "Before which entry to stop.",
            ["LogService_TruncateLog/length"] = "The length afterwards.",
            ["LogService_GetAvailability/cells"] = "Into how many cells the log is divided, 1 to 1024.",
        };
        foreach (var rpc in service.Methods)
            comments[$"LogService_{rpc.Name}/name"] = comments[$"LogService_{rpc.Name}/parent"] = "Its label or key.";
        var group = RpcCommands.Group(
            "log", "Signed append-only logs, this node's own and those it follows.",
            service.Methods.Where(m => m.Name is not ("AppendEntries" or "GetEntry" or "ReadEntries")),
            context with { Comments = comments });
        ExampleHelp.With(
            group.Subcommands.Single(c => c.Name == "follow"),
            "samtala log follow KEY --peers 192.0.2.7:7652 --label theirs",
            "samtala log follow KEY --peers 192.0.2.7:7652 --peers [2001:db8::7]:7652 --download-all");
        group.Add(Append(context));
        group.Add(Get(context));
        group.Add(Read(context));
        return ExampleHelp.With(
            group, "samtala log create notes --shared", "samtala log append notes \"buy milk\"",
            "samtala log read notes", "samtala log follow KEY --peers 192.0.2.7:7652");
    }

    private static Argument<string> Log() => new("log") { Description = "Its label or key." };

    private static Option<int> Wait() => new("--wait-seconds")
    {
        Description = "How long to ask peers for an entry that is not here; 10 if left out, negative not at all.",
        HelpName = "NUMBER",
    };

    private static Command Append(CliContext context)
    {
        var log = Log();
        Argument<string[]> entries = new("entries")
        {
            Description = "Text, or @FILE for a file's bytes. None: standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> lines = new("--lines") { Description = "Each line of standard input is an entry." };
        Command command = new("append", "Appends entries; durable when it returns.") { log, entries, lines };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var uri = $"/v1/logs/{Uri.EscapeDataString(parsed.GetValue(log)!)}:append";
            JsonObject? last = null;
            foreach (var part in Parts(Entries(parsed.GetValue(entries)!, parsed.GetValue(lines), context)))
            {
                JsonObject request = new() { ["entries"] = part };
                var answer = await client.CallAsync(HttpMethod.Post, uri, request, cancel);
                last = new()
                {
                    ["firstIndex"] = (last ?? answer)["firstIndex"]?.DeepClone(),
                    ["length"] = answer["length"]?.DeepClone(),
                };
            }

            if (last is null)
                throw Nothing();
            new RpcPrinter(AppendEntriesResponse.Descriptor, context.FormOf(parsed), context.Out).Answer(last);
            return 0;
        });
        return ExampleHelp.With(
            command, "samtala log append notes \"buy milk\" \"and bread\"", "samtala log append notes @picture.jpg",
            "journalctl -n 100 | samtala log append notes --lines");
    }

    private static Command Get(CliContext context)
    {
        var (log, wait) = (Log(), Wait());
        Argument<long> index = new("index") { Description = "The first entry is 0." };
        Command command = new("get", "Prints one entry's bytes; fetched from peers if it is not here.")
        {
            log, index, wait,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var name = Uri.EscapeDataString(parsed.GetValue(log)!);
            var entry = await client.CallAsync(
                HttpMethod.Get,
                $"/v1/logs/{name}/entries/{parsed.GetValue(index)}?waitSeconds={parsed.GetValue(wait)}", null, cancel);
            await WriteAsync(context, parsed, entry, null, cancel);
            return 0;
        });
        return ExampleHelp.With(command, "samtala log get notes 0", "samtala log get notes 7 > picture.jpg");
    }

    private static Command Read(CliContext context)
    {
        var (log, wait) = (Log(), Wait());
        Option<long> start = new("--start") { Description = "The first entry.", HelpName = "NUMBER" };
        Option<long> end = new("--end")
        {
            Description = "Before which entry to stop; the end of the log if left out.",
            HelpName = "NUMBER",
        };
        Command command = new("read", "Prints entries, each followed by a line break; with --output jsonl as JSON.")
        {
            log, start, end, wait,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var uri = $"/v1/logs/{Uri.EscapeDataString(parsed.GetValue(log)!)}/entries:read"
                + $"?start={parsed.GetValue(start)}&end={parsed.GetValue(end)}"
                + $"&waitSeconds={parsed.GetValue(wait)}";
            await foreach (var entry in client.StreamAsync(HttpMethod.Get, uri, null, cancel))
                await WriteAsync(context, parsed, entry, "\n"u8.ToArray(), cancel);
            return 0;
        });
        return ExampleHelp.With(command, "samtala log read notes", "samtala log read notes --start 100 --output jsonl");
    }

    private static async Task WriteAsync(
        CliContext context, ParseResult parsed, JsonObject entry, byte[]? tail, CancellationToken cancellationToken)
    {
        var form = context.FormOf(parsed);
        if (form != OutputForm.Table)
        {
            RpcPrinter printer = new(LogEntry.Descriptor, tail is null ? form : OutputForm.Jsonl, context.Out);
            if (tail is null)
                printer.Answer(entry);
            else
                printer.Item(entry);
            return;
        }

        await context.Out.FlushAsync(cancellationToken);
        await using var raw = Console.OpenStandardOutput();
        await raw.WriteAsync(Convert.FromBase64String(entry["data"]?.ToString() ?? ""), cancellationToken);
        if (tail is not null)
            await raw.WriteAsync(tail, cancellationToken);
    }

    private static IEnumerable<byte[]> Entries(string[] given, bool lines, CliContext context)
    {
        if (given.Length > 0)
            return given.Select(BytesOf);
        return lines ? Lines(context.In) : [Whole(Console.OpenStandardInput())];
    }

    // The bytes as they are: text would lose what is not UTF-8.
    private static byte[] Whole(Stream input)
    {
        using (input)
        using (MemoryStream bytes = new())
        {
            input.CopyTo(bytes);
            return bytes.Length > 0 ? bytes.ToArray() : throw Nothing();
        }
    }

    private static CliException Nothing() => CliException.Usage(
        "SAM0002", "there is nothing to append", "standard input", "it is empty; an empty entry is written \"\"");

    private static IEnumerable<byte[]> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return System.Text.Encoding.UTF8.GetBytes(line);
    }

    private static byte[] BytesOf(string entry)
    {
        if (!entry.StartsWith('@'))
            return System.Text.Encoding.UTF8.GetBytes(entry);
        try
        {
            return File.ReadAllBytes(entry[1..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException("SAM0111", "the file cannot be read", entry[1..], e.Message, "", e);
        }
    }

    private static IEnumerable<JsonArray> Parts(IEnumerable<byte[]> entries)
    {
        JsonArray part = [];
        var size = 0;
        foreach (var entry in entries)
        {
            if (part.Count == RequestEntriesMax || (part.Count > 0 && size + entry.Length > RequestBytesMax))
            {
                yield return part;
                (part, size) = ([], 0);
            }

            part.Add(Convert.ToBase64String(entry));
            size += entry.Length;
        }

        if (part.Count > 0)
            yield return part;
    }
}
