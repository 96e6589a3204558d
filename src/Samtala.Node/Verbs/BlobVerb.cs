using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Samtala.Node.Cli;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Verbs;

/// <summary>blob put, get, show, list, delete.</summary>
internal static class BlobVerb
{
    private const int CopySize = 256 * 1024;

    public static Command Build(CliContext context)
    {
        var service = BlobReflection.Descriptor.Services.Single();
        Command group = new("blob", "Immutable bytes of any size, by id or by digest.")
        {
            Put(context),
            Get(context),
            Named(context, service, "GetBlob", "show", "Tells what is known of a blob."),
            Named(context, service, "ListBlobs", "list", "Lists the blobs kept through this verb and the API."),
            Named(context, service, "DeleteBlob", "delete", "Lets go of a blob."),
        };
        return ExampleHelp.With(
            group, "samtala blob put picture.jpg", "samtala blob get sha256:9f86… --file copy.jpg",
                "samtala blob list");
    }

    private static Command Named(
        CliContext context, Google.Protobuf.Reflection.ServiceDescriptor service, string rpc, string name,
            string description)
    {
        var command = RpcCommands.Of(service.FindMethodByName(rpc), name, $"samtala blob {name}", context);
        command.Description = description;
        return command;
    }

    private static Command Put(CliContext context)
    {
        Argument<string> file = new("file") { Description = "What to store; - for standard input." };
        Option<string?> expect = new("--expect")
        {
            Description = "What it must hash to; nothing is kept otherwise.",
            HelpName = "sha256:HEX",
        };
        Command command = new("put", "Stores bytes; durable when it returns.") { file, expect };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            await using var source = Open(parsed.GetValue(file)!);
            await using ProgressStream told = new(source, context);
            // A digest in the address is a promise the node holds the bytes to.
            var digest = parsed.GetValue(expect);
            using HttpRequestMessage request = new(
                digest is null ? HttpMethod.Post : HttpMethod.Put,
                new Uri(digest is null ? "/v1/blobs" : $"/v1/blobs/{digest}", UriKind.Relative));
            request.Content = new StreamContent(told, CopySize);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var response = await client.SendAsync(request, cancel);
            var blob = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancel))!.AsObject();
            new RpcPrinter(Blob.Descriptor, context.FormOf(parsed), context.Out).Answer(blob);
            return 0;
        });
        return ExampleHelp.With(command, "samtala blob put picture.jpg", "tar c docs | samtala blob put -");
    }

    private static Command Get(CliContext context)
    {
        Argument<string> id = new("id") { Description = "64 hexadecimal digits, or sha256:HEX." };
        Option<string?> file = new("--file", "-f")
        {
            Description = "Where to; standard output if left out.",
            HelpName = "FILE",
        };
        Command command = new("get", "Reads bytes.") { id, file };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var name = parsed.GetValue(id)!;
            name = name.StartsWith("blobs/", StringComparison.Ordinal) ? name["blobs/".Length..] : name;
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"/v1/blobs/{name}", UriKind.Relative));
            using var response = await client.SendAsync(request, cancel);
            await using var source = await response.Content.ReadAsStreamAsync(cancel);
            await using ProgressStream told = new(source, context);
            await CopyAsync(told, parsed.GetValue(file), cancel);
            return 0;
        });
        return ExampleHelp.With(command, "samtala blob get sha256:9f86… --file copy.jpg");
    }

    private static async Task CopyAsync(Stream source, string? path, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            await using var target = Console.OpenStandardOutput();
            await source.CopyToAsync(target, CopySize, cancellationToken);
            return;
        }

        // Beside the target and renamed at the end: a broken transfer leaves what was there.
        var draft = $"{path}.part";
        try
        {
            await using (var target = File.Create(draft))
                await source.CopyToAsync(target, CopySize, cancellationToken);
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException("SAM0111", "the file cannot be read", file, e.Message, "", e);
        }
    }
}
