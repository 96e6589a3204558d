using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Samtala.Node.Errors;

namespace Samtala.Node.Generic;

/// <summary>A plugin's services as the running node describes them, by gRPC reflection.</summary>
internal static class ReflectedServices
{
    /// <summary>Most services and files that are taken from a node.</summary>
    private const int CountMax = 1000;

    private static readonly ExtensionRegistry s_options =
    [
        Google.Api.AnnotationsExtensions.Http,
        Samtala.Type.V1.OptionsExtensions.Scope,
        Samtala.Type.V1.OptionsExtensions.Cli,
        Samtala.Type.V1.OptionsExtensions.Positional,
        Samtala.Type.V1.OptionsExtensions.Column,
    ];

    /// <summary>The services of package <c>samtala.{plugin}.v1</c>; none when it does not run.</summary>
    /// <exception cref="RpcException">The node refused or went away.</exception>
    public static async Task<IReadOnlyList<ServiceDescriptor>> OfPluginAsync(
        CallInvoker node, Metadata headers, string plugin, CancellationToken cancellationToken)
    {
        ServerReflection.ServerReflectionClient client = new(node);
        using var call = client.ServerReflectionInfo(headers, cancellationToken: cancellationToken);
        var listed = await AskAsync(call, new ServerReflectionRequest { ListServices = "" }, cancellationToken);
        var prefix = $"samtala.{plugin}.v1.";
        var names = listed.ListServicesResponse.Service.Select(s => s.Name)
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Take(CountMax).ToList();
        Dictionary<string, ByteString> files = new(StringComparer.Ordinal);
        foreach (var name in names)
        {
            await CollectAsync(
                call, new ServerReflectionRequest { FileContainingSymbol = name }, files, cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        var built = FileDescriptor.BuildFromByteStrings(InOrder(files), s_options);
        return [.. built.SelectMany(f => f.Services).Where(s => names.Contains(s.FullName, StringComparer.Ordinal))];
    }

    private static async Task CollectAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call,
        ServerReflectionRequest request, Dictionary<string, ByteString> files, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(call, request, cancellationToken);
        List<string> needed = [];
        foreach (var bytes in answer.FileDescriptorResponse.FileDescriptorProto)
        {
            var file = FileDescriptorProto.Parser.ParseFrom(bytes);
            if (files.Count < CountMax && files.TryAdd(file.Name, bytes))
                needed.AddRange(file.Dependency);
        }

        foreach (var name in needed.Where(n => !files.ContainsKey(n)))
        {
            if (!files.ContainsKey(name))
            {
                await CollectAsync(
                    call, new ServerReflectionRequest { FileByFilename = name }, files, cancellationToken);
            }
        }
    }

    private static async Task<ServerReflectionResponse> AskAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call,
        ServerReflectionRequest request, CancellationToken cancellationToken)
    {
        await call.RequestStream.WriteAsync(request, cancellationToken);
        if (!await call.ResponseStream.MoveNext(cancellationToken))
            throw new CliException("SAM0106", "the node ended its description of services early");
        var answer = call.ResponseStream.Current;
        return answer.ErrorResponse is null
            ? answer
            : throw new CliException(
                "SAM0106", "the node cannot describe its services", "", answer.ErrorResponse.ErrorMessage);
    }

    // Files must come after those they import.
    private static List<ByteString> InOrder(Dictionary<string, ByteString> files)
    {
        List<ByteString> ordered = [];
        HashSet<string> done = new(StringComparer.Ordinal);
        foreach (var name in files.Keys.Order(StringComparer.Ordinal))
            Visit(name);
        return ordered;

        void Visit(string name)
        {
            if (!done.Add(name) || !files.TryGetValue(name, out var bytes))
                return;
            foreach (var import in FileDescriptorProto.Parser.ParseFrom(bytes).Dependency)
                Visit(import);
            ordered.Add(bytes);
        }
    }
}
