using System.Reflection;
using Google.Protobuf.Reflection;

namespace Samtala.Grpc.OpenApi;

/// <summary>The comments of .proto files. Builds embed a descriptor set with source information beside the generated
/// classes (proto/Descriptors.targets); without it there are no comments, and nothing fails.</summary>
internal sealed class ProtoComments
{
    private const string ResourceName = "samtala.protoset";
    private readonly Dictionary<string, string> _comments = new(StringComparer.Ordinal);
    private readonly HashSet<Assembly> _read = [];

    /// <summary>The comment of a message, field, enum, enum value, service or method; empty when there is none.
    /// </summary>
    public string Of(IDescriptor descriptor)
    {
        Read(descriptor.File);
        return _comments.GetValueOrDefault(descriptor.FullName, "");
    }

    private void Read(FileDescriptor file)
    {
        var type = file.MessageTypes.Select(m => m.ClrType).FirstOrDefault() ??
            file.EnumTypes.Select(e => e.ClrType).FirstOrDefault();
        if (type is null || !_read.Add(type.Assembly))
            return;
        using var resource = type.Assembly.GetManifestResourceStream(ResourceName);
        if (resource is null)
            return;
        foreach (var proto in FileDescriptorSet.Parser.ParseFrom(resource).File)
            Index(proto);
    }

    private void Index(FileDescriptorProto file)
    {
        foreach (var location in file.SourceCodeInfo?.Location ?? [])
        {
            var text = location.HasLeadingComments ? location.LeadingComments : location.TrailingComments;
            if (text.Length > 0 && NameAt(file, location.Path) is { } name)
                _comments.TryAdd(name, Tidy(text));
        }
    }

    private static string Tidy(string text) =>
        string.Join('\n', text.Split('\n').Select(static line => line.Trim())).Trim();

    /// <summary>The full name of what a path of descriptor.proto field numbers and indexes leads to.</summary>
    private static string? NameAt(FileDescriptorProto file, IList<int> path)
    {
        if (path.Count < 2 || path.Count % 2 != 0)
            return null;
        var (name, rest) = path[0] switch
        {
            FileDescriptorProto.MessageTypeFieldNumber => InMessage(file.MessageType[path[1]], path, 2),
            FileDescriptorProto.EnumTypeFieldNumber => InEnum(file.EnumType[path[1]], path, 2),
            FileDescriptorProto.ServiceFieldNumber => InService(file.Service[path[1]], path, 2),
            _ => ("", false),
        };
        return rest ? $"{file.Package}.{name}" : null;
    }

    private static (string Name, bool Known) InMessage(DescriptorProto message, IList<int> path, int at)
    {
        if (at == path.Count)
            return (message.Name, true);
        var index = path[at + 1];
        var (inner, known) = path[at] switch
        {
            DescriptorProto.FieldFieldNumber when at + 2 == path.Count => (message.Field[index].Name, true),
            DescriptorProto.NestedTypeFieldNumber => InMessage(message.NestedType[index], path, at + 2),
            DescriptorProto.EnumTypeFieldNumber => InEnum(message.EnumType[index], path, at + 2),
            _ => ("", false),
        };
        return ($"{message.Name}.{inner}", known);
    }

    private static (string Name, bool Known) InEnum(EnumDescriptorProto type, IList<int> path, int at)
    {
        if (at == path.Count)
            return (type.Name, true);
        return path[at] == EnumDescriptorProto.ValueFieldNumber && at + 2 == path.Count
            ? ($"{type.Name}.{type.Value[path[at + 1]].Name}", true)
            : ("", false);
    }

    private static (string Name, bool Known) InService(ServiceDescriptorProto service, IList<int> path, int at)
    {
        if (at == path.Count)
            return (service.Name, true);
        return path[at] == ServiceDescriptorProto.MethodFieldNumber && at + 2 == path.Count
            ? ($"{service.Name}.{service.Method[path[at + 1]].Name}", true)
            : ("", false);
    }
}
