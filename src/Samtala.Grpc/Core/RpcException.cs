namespace Grpc.Core;

/// <summary>A call that did not end with <see cref="StatusCode.OK"/>.</summary>
public class RpcException : Exception
{
    /// <summary>Ends a call with <paramref name="status"/>.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Ends a call with <paramref name="status"/>; <paramref name="message"/> is for logs.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Ends a call with <paramref name="status"/> and <paramref name="trailers"/>.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Ends a call with <paramref name="status"/>, <paramref name="trailers"/> and a message for logs.
    /// </summary>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>Code and detail.</summary>
    public Status Status { get; }

    /// <summary>The code.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>What was sent after the last message.</summary>
    public Metadata Trailers { get; }
}
