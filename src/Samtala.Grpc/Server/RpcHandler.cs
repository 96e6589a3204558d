using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Samtala.Grpc.Server;

/// <summary>Serves calls of one method: reads requests from a call, writes responses to it.</summary>
internal abstract class RpcHandler
{
    public abstract Task InvokeAsync(ServerCall call);

    protected static RpcException MissingRequest() =>
        new(new Status(StatusCode.Internal, "The call ended before its request message."));
}

internal sealed class UnaryHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> serve) : RpcHandler
    where TRequest : class
    where TResponse : class
{
    public override async Task InvokeAsync(ServerCall call)
    {
        var request = await call.ReadAsync(method.RequestMarshaller, default) ?? throw MissingRequest();
        var response = await serve(request, call);
        ServerCall.RequireAnswer(response, method.Name);
        await call.WriteAsync(response, method.ResponseMarshaller, flush: false, CancellationToken.None);
    }
}

internal sealed class ClientStreamingHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> serve) : RpcHandler
    where TRequest : class
    where TResponse : class
{
    public override async Task InvokeAsync(ServerCall call)
    {
        var response = await serve(new RequestReader<TRequest>(call, method.RequestMarshaller), call);
        ServerCall.RequireAnswer(response, method.Name);
        await call.WriteAsync(response, method.ResponseMarshaller, flush: false, CancellationToken.None);
    }
}

internal sealed class ServerStreamingHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> serve) : RpcHandler
    where TRequest : class
    where TResponse : class
{
    public override async Task InvokeAsync(ServerCall call)
    {
        var request = await call.ReadAsync(method.RequestMarshaller, default) ?? throw MissingRequest();
        await serve(request, new ResponseWriter<TResponse>(call, method.ResponseMarshaller), call);
    }
}

internal sealed class DuplexHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> serve) : RpcHandler
    where TRequest : class
    where TResponse : class
{
    public override Task InvokeAsync(ServerCall call) => serve(
        new RequestReader<TRequest>(call, method.RequestMarshaller),
        new ResponseWriter<TResponse>(call, method.ResponseMarshaller),
        call);
}

/// <summary>Turns a definition into handlers.</summary>
internal sealed class HandlerBinder : ServiceBinderBase
{
    private readonly ServiceDescriptor? _descriptor;
    private readonly ServiceRegistration _owner;
    private readonly List<RpcMethod> _methods = [];

    private HandlerBinder(ServiceDescriptor? descriptor, ServiceRegistration owner)
    {
        _descriptor = descriptor;
        _owner = owner;
    }

    public static List<RpcMethod> Bind(BoundService service, ServiceRegistration owner)
    {
        var binder = new HandlerBinder(service.Descriptor, owner);
        service.Definition.BindService(binder);
        return binder._methods;
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new UnaryHandler<TRequest, TResponse>(method, Given(handler, method)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new ClientStreamingHandler<TRequest, TResponse>(method, Given(handler, method)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new ServerStreamingHandler<TRequest, TResponse>(method, Given(handler, method)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new DuplexHandler<TRequest, TResponse>(method, Given(handler, method)));

    private static T Given<T>(T? handler, IMethod method)
        where T : Delegate =>
        handler ?? throw new ArgumentException($"{method.FullName} has no handler.", nameof(handler));

    private void Add(IMethod method, RpcHandler handler) =>
        _methods.Add(new RpcMethod(method, _descriptor?.FindMethodByName(method.Name), handler, _owner));
}
