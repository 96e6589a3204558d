using System.IO.Pipelines;
using Grpc.Core;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Rest;

/// <summary>An HTTP request and its response, as transcoding needs them. A transport derives from this.</summary>
public abstract class RestExchange
{
    /// <summary>GET …</summary>
    public abstract string HttpMethod { get; }

    /// <summary>As it came: percent-encoded, without the query.</summary>
    public abstract string Path { get; }

    /// <summary>As it came, without '?'.</summary>
    public abstract string Query { get; }

    /// <summary>Whether the request has a body of at least one byte, or of unknown length.</summary>
    public abstract bool HasBody { get; }

    /// <summary>The request's body.</summary>
    public abstract PipeReader Body { get; }

    /// <summary>What the log calls this request.</summary>
    public abstract string TraceId { get; }

    /// <summary>The authority the caller asked for.</summary>
    public abstract string Host { get; }

    /// <summary>The other end, as <see cref="ServerCallContext.Peer"/>.</summary>
    public abstract string Peer { get; }

    /// <summary>Who the caller is.</summary>
    public abstract AuthContext Auth { get; }

    /// <summary>The request's headers for handlers.</summary>
    public abstract Metadata Headers { get; }

    /// <summary>Cancelled when the caller left.</summary>
    public abstract CancellationToken Aborted { get; }

    /// <summary>The response's body.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>A header of the request, or null.</summary>
    public abstract string? GetHeader(string name);

    /// <summary>Sets the response's status, before anything is written.</summary>
    public abstract void SetStatus(int status);

    /// <summary>Sets a header of the response, before anything is written.</summary>
    public abstract void SetHeader(string name, string value);

    /// <summary>Sends status and headers.</summary>
    public abstract Task StartAsync();

    /// <summary>Ends the response while the exchange may still be in use.</summary>
    public abstract Task CompleteAsync();

    /// <summary>Asked before a handler runs; see the gateway's RpcAuthorizer.</summary>
    /// <returns>Null: go on. Otherwise how the call ends. May also throw <see cref="RpcException"/>.</returns>
    public abstract ValueTask<Status?> AuthorizeAsync(RpcMethod method);
}
