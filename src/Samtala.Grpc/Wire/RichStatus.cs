using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Samtala.Grpc.Wire;

/// <summary>google.rpc.Status in the trailer grpc-status-details-bin.</summary>
public static class RichStatus
{
    /// <summary>The trailer.</summary>
    public const string TrailerName = "grpc-status-details-bin";

    /// <summary>The domain of every ErrorInfo of ours.</summary>
    public const string Domain = "samtala";

    /// <summary>An exception that carries <paramref name="status"/> with its details.</summary>
    public static RpcException ToRpcException(this Google.Rpc.Status status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var trailers = new Metadata();
        if (status.CalculateSize() <= GrpcLimits.StatusDetailsSizeMax)
            trailers.Add(TrailerName, status.ToByteArray());
        return new RpcException(new Status((StatusCode)status.Code, status.Message), trailers);
    }

    /// <summary>The google.rpc.Status that came with <paramref name="exception"/>; null when none did.</summary>
    public static Google.Rpc.Status? GetRpcStatus(this RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return TryRead(exception.Trailers);
    }

    /// <summary>An exception with a reason for programs and a code for people.</summary>
    /// <param name="code">The status code.</param>
    /// <param name="reason">UPPER_SNAKE.</param>
    /// <param name="message">What, where, why, how to fix.</param>
    /// <param name="samCode">"SAM0123", or null.</param>
    /// <param name="more">Further details, such as a <see cref="Google.Rpc.BadRequest"/>.</param>
    public static RpcException Error(
        StatusCode code, string reason, string message, string? samCode = null, params IMessage[] more)
    {
        ArgumentNullException.ThrowIfNull(more);
        var info = new Google.Rpc.ErrorInfo { Reason = reason, Domain = Domain };
        if (samCode is not null)
            info.Metadata.Add("code", samCode);
        var status = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } };
        status.Details.AddRange(more.Select(Any.Pack));
        return status.ToRpcException();
    }

    /// <summary>INVALID_ARGUMENT that names the field.</summary>
    public static RpcException BadField(string field, string description) => Error(
        StatusCode.InvalidArgument,
        "INVALID_FIELD",
        $"{field}: {description}",
        "SAM0516",
        new Google.Rpc.BadRequest
        {
            FieldViolations =
            {
                new Google.Rpc.BadRequest.Types.FieldViolation { Field = field, Description = description },
            },
        });

    internal static Google.Rpc.Status? TryRead(Metadata trailers)
    {
        if (trailers.Get(TrailerName)?.RawBytes is not { } bytes)
            return null;
        try
        {
            return Google.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
