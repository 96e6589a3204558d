using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Samtala.Grpc.Server;

/// <summary>A service object with its methods and its descriptor, ready for a <see cref="ServiceRegistry"/>.</summary>
/// <param name="Definition">Methods and handlers.</param>
/// <param name="Descriptor">What reflection, REST and OpenAPI read; null: gRPC calls only.</param>
public sealed record BoundService(ServerServiceDefinition Definition, ServiceDescriptor? Descriptor)
{
    /// <summary>Whether <paramref name="type"/> implements a generated service base class.</summary>
    public static bool IsService(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type is { IsAbstract: false, IsClass: true } && FindBase(type) is not null;
    }

    /// <summary>Binds an object that derives from a generated "XxxBase" class.</summary>
    /// <exception cref="ArgumentException"><paramref name="service"/> derives from no generated base class, or from one
    /// that was compiled against another Grpc.Core.</exception>
    public static BoundService From(object service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var serviceBase = FindBase(service.GetType());
        if (serviceBase?.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } bind)
            throw new ArgumentException(Explain(service.GetType()), nameof(service));

        var method = bind.BindType.GetMethod(bind.BindMethodName, [serviceBase]);
        if (method?.Invoke(null, [service]) is not ServerServiceDefinition definition)
        {
            throw new ArgumentException(
                $"{bind.BindType} has no {bind.BindMethodName}({serviceBase.Name}) that gives a definition.",
                nameof(service));
        }

        var descriptor = bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static);
        return new BoundService(definition, descriptor?.GetValue(null) as ServiceDescriptor);
    }

    private static Type? FindBase(Type type)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.IsDefined(typeof(BindServiceMethodAttribute), inherit: false))
                return at;
        }

        return null;
    }

    private static string Explain(Type type)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            var foreign = at.GetCustomAttributesData().FirstOrDefault(
                a => string.Equals(a.AttributeType.Name, nameof(BindServiceMethodAttribute), StringComparison.Ordinal));
            if (foreign is not null)
            {
                return $"{type} was compiled against {foreign.AttributeType.Assembly.GetName().Name}. " +
                    "Remove that package and reference Samtala.Grpc, which has the same Grpc.Core names.";
            }
        }

        return $"{type} derives from no generated service base class (\"XxxBase\").";
    }
}
