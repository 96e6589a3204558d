using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Standard;

/// <summary>gRPC server reflection over a registry, as it is at the moment of each question.</summary>
public sealed class ReflectionService : ServerReflection.ServerReflectionBase
{
    private const string AlphaName = "grpc.reflection.v1alpha.ServerReflection";
    private readonly ServiceRegistry _registry;

    /// <summary>Tells of the services of <paramref name="registry"/>.</summary>
    public ReflectionService(ServiceRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _registry = registry;
    }

    /// <summary>The same answers under the older name, which many clients still ask for. The messages are equal.
    /// </summary>
    public BoundService ToV1Alpha()
    {
        var method = new Method<ServerReflectionRequest, ServerReflectionResponse>(
            MethodType.DuplexStreaming,
            AlphaName,
            nameof(ServerReflectionInfo),
            ProtobufMarshaller.Create(ServerReflectionRequest.Parser),
            ProtobufMarshaller.Create(ServerReflectionResponse.Parser));
        var definition = ServerServiceDefinition.CreateBuilder().AddMethod(method, ServerReflectionInfo).Build();
        return new BoundService(definition, global::Grpc.Reflection.V1Alpha.ServerReflection.Descriptor);
    }

    /// <inheritdoc />
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var response = Answer(request);
            response.ValidHost = request.Host;
            response.OriginalRequest = request;
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    private static ServerReflectionResponse File(FileDescriptor? file)
    {
        if (file is null)
            return Error(StatusCode.NotFound, "No service here knows it.");
        var response = new FileDescriptorResponse();
        response.FileDescriptorProto.AddRange(DescriptorIndex.WithImports(file).Select(f => f.SerializedData));
        return new ServerReflectionResponse { FileDescriptorResponse = response };
    }

    private static ServerReflectionResponse Error(StatusCode code, string message) => new()
    {
        ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message },
    };

    private static ServerReflectionResponse Extensions(DescriptorIndex index, string type)
    {
        if (index.FindSymbol(type) is null)
            return Error(StatusCode.NotFound, $"There is no message {type}.");
        var response = new ExtensionNumberResponse { BaseTypeName = type };
        response.ExtensionNumber.AddRange(index.ExtensionsOf(type));
        return new ServerReflectionResponse { AllExtensionNumbersResponse = response };
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var snapshot = _registry.Current;
        var index = snapshot.Index;
        return request.MessageRequestCase switch
        {
            ServerReflectionRequest.MessageRequestOneofCase.ListServices => List(snapshot),
            ServerReflectionRequest.MessageRequestOneofCase.FileByFilename =>
                File(index.FindFile(request.FileByFilename)),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
                File(index.FindSymbol(request.FileContainingSymbol)),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension =>
                File(index.FindExtension(
                    request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber)),
            ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType =>
                Extensions(index, request.AllExtensionNumbersOfType),
            _ => Error(StatusCode.InvalidArgument, "The request asks nothing."),
        };
    }

    private static ServerReflectionResponse List(ServiceSnapshot snapshot)
    {
        var response = new ListServiceResponse();
        response.Service.AddRange(snapshot.Services.Select(name => new ServiceResponse { Name = name }));
        return new ServerReflectionResponse { ListServicesResponse = response };
    }
}
