using System.Collections.Frozen;
using System.Collections.Immutable;
using Google.Protobuf.Reflection;

namespace Samtala.Grpc.Server;

/// <summary>Every service of the node. Services come and go while calls are served: readers see whole snapshots.
/// </summary>
public sealed class ServiceRegistry
{
    private readonly Lock _writers = new();
    private ServiceSnapshot _current = ServiceSnapshot.Empty;

    /// <summary>Told of exceptions of handlers that are not RpcException: defects, to be logged.</summary>
    public Action<RpcMethod, Exception>? HandlerFailed { get; set; }

    /// <summary>The services as they are now.</summary>
    public ServiceSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Adds services that come and go together.</summary>
    /// <param name="name">Whose they are: a plugin's id or "node".</param>
    /// <param name="services">Instances of classes derived from generated base classes, or <see cref="BoundService"/>s.
    /// The registry never disposes them.</param>
    /// <exception cref="InvalidOperationException">A method of that name is there already.</exception>
    public ServiceRegistration Add(string name, params IReadOnlyList<object> services)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(services);
        var owner = new ServiceRegistration(this, name);
        var added = services.Select(s => s as BoundService ?? BoundService.From(s))
            .SelectMany(s => HandlerBinder.Bind(s, owner)).ToImmutableArray();
        lock (_writers)
        {
            foreach (var method in added)
            {
                if (_current.Methods.TryGetValue(method.FullName, out var there))
                {
                    throw new InvalidOperationException(
                        $"{method.FullName} of \"{name}\" is there already, from \"{there.Owner.Name}\".");
                }
            }

            Swap(new ServiceSnapshot(_current.Methods.Values.Concat(added)));
        }

        return owner;
    }

    internal void Remove(ServiceRegistration owner)
    {
        lock (_writers)
            Swap(new ServiceSnapshot(_current.Methods.Values.Where(m => m.Owner != owner)));
    }

    internal void Report(RpcMethod method, Exception exception) => HandlerFailed?.Invoke(method, exception);

    private void Swap(ServiceSnapshot next)
    {
        var was = _current;
        Volatile.Write(ref _current, next);
        was.SetReplaced();
    }
}

/// <summary>The services at one moment; never changes.</summary>
public sealed class ServiceSnapshot
{
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<DescriptorIndex> _index;

    internal ServiceSnapshot(IEnumerable<RpcMethod> methods)
    {
        Methods = methods.ToFrozenDictionary(m => m.FullName, StringComparer.Ordinal);
        Services = [.. Methods.Values.Select(m => m.ServiceName).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
        Descriptors = [.. Methods.Values.Select(m => m.Descriptor?.Service).OfType<ServiceDescriptor>().Distinct()
            .OrderBy(s => s.FullName, StringComparer.Ordinal)];
        _index = new Lazy<DescriptorIndex>(() => new DescriptorIndex(Descriptors));
        Routes = new Rest.RouteTable(Methods.Values);
    }

    /// <summary>Methods by their path on the wire.</summary>
    public FrozenDictionary<string, RpcMethod> Methods { get; }

    /// <summary>Full names of the services, in order.</summary>
    public ImmutableArray<string> Services { get; }

    /// <summary>Descriptors of the services that have one, in order of their names.</summary>
    public ImmutableArray<ServiceDescriptor> Descriptors { get; }

    /// <summary>Completes when a newer snapshot has taken the place of this one.</summary>
    public Task Replaced => _replaced.Task;

    internal static ServiceSnapshot Empty => new([]);

    internal Rest.RouteTable Routes { get; }

    internal DescriptorIndex Index => _index.Value;

    internal void SetReplaced() => _replaced.TrySetResult();
}
