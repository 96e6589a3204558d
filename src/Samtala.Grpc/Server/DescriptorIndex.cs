using Google.Protobuf.Reflection;

namespace Samtala.Grpc.Server;

/// <summary>Files and symbols of a set of services, with all they import.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, int Number), FileDescriptor> _extensions = [];

    public DescriptorIndex(IEnumerable<ServiceDescriptor> services)
    {
        foreach (var service in services)
            AddFile(service.File);
    }

    public IEnumerable<FileDescriptor> Files => _files.Values;

    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName.TrimStart('.'));

    public FileDescriptor? FindExtension(string type, int number) => _extensions.GetValueOrDefault((type, number));

    public IEnumerable<int> ExtensionsOf(string type) =>
        _extensions.Keys.Where(k => string.Equals(k.Type, type, StringComparison.Ordinal))
            .Select(k => k.Number).Order();

    /// <summary>The file, then everything it imports, each once.</summary>
    public static List<FileDescriptor> WithImports(FileDescriptor file)
    {
        var found = new List<FileDescriptor> { file };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(found[i].Dependencies.Where(d => !found.Contains(d)).ToList());
        return found;
    }

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
            return;
        foreach (var service in file.Services)
        {
            Add(service);
            foreach (var method in service.Methods)
                Add(method);
        }

        foreach (var message in file.MessageTypes)
            AddMessage(message);
        foreach (var type in file.EnumTypes)
            Add(type);
        foreach (var extension in file.Extensions.UnorderedExtensions)
        {
            Add(extension);
            _extensions.TryAdd((extension.ExtendeeType.FullName, extension.FieldNumber), file);
        }

        foreach (var import in file.Dependencies)
            AddFile(import);
    }

    private void AddMessage(MessageDescriptor message)
    {
        Add(message);
        foreach (var field in message.Fields.InDeclarationOrder())
            Add(field);
        foreach (var type in message.EnumTypes)
            Add(type);
        foreach (var nested in message.NestedTypes)
            AddMessage(nested);
    }

    private void Add(IDescriptor descriptor) => _symbols.TryAdd(descriptor.FullName, descriptor.File);
}
