using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Samtala.Grpc.Server;

/// <summary>A method that can be called, as it stands in the registry.</summary>
public sealed class RpcMethod
{
    internal RpcMethod(IMethod method, MethodDescriptor? descriptor, RpcHandler handler, ServiceRegistration owner)
    {
        FullName = method.FullName;
        ServiceName = method.ServiceName;
        Name = method.Name;
        Type = method.Type;
        Descriptor = descriptor;
        Handler = handler;
        Owner = owner;
    }

    /// <summary>The path on the wire: "/samtala.node.v1.StateService/GetState".</summary>
    public string FullName { get; }

    /// <summary>"samtala.node.v1.StateService".</summary>
    public string ServiceName { get; }

    /// <summary>"GetState".</summary>
    public string Name { get; }

    /// <summary>Which sides stream.</summary>
    public MethodType Type { get; }

    /// <summary>Its descriptor, whose options declare the scope; null for a service added without one.</summary>
    public MethodDescriptor? Descriptor { get; }

    /// <summary>The set it came and goes with.</summary>
    public ServiceRegistration Owner { get; }

    internal RpcHandler Handler { get; }
}
