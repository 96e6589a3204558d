using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Grpc.Wire;

namespace Samtala.Testing.Loopback;

/// <summary>What the node throws at a plugin, as a status and back, so that a plugin sees the same exceptions however
/// it is run.</summary>
internal static class HostErrors
{
    public static RpcException ToRpc(Exception e) => e switch
    {
        RpcException rpc => rpc,
        GrantMissingException g => Make(
            StatusCode.PermissionDenied, "GRANT_MISSING", g, ("plugin", g.PluginId), ("grant", g.Grant)),
        DigestMismatchException d => Make(
            StatusCode.DataLoss, "DIGEST_MISMATCH", d, ("expected", d.Expected.ToString()),
                ("seen", d.Seen.ToString())),
        FetchException f => Make(StatusCode.Unavailable, "FETCH", f, ("failure", f.Failure.ToString())),
        MapException m => Make(StatusCode.Unavailable, "MAP", m, ("failure", m.Failure.ToString())),
        KeyNotFoundException => Make(StatusCode.NotFound, "NOT_FOUND", e),
        ArgumentException => Make(StatusCode.InvalidArgument, "INVALID_ARGUMENT", e),
        OperationCanceledException => new RpcException(new global::Grpc.Core.Status(StatusCode.Cancelled, e.Message)),
        _ => Make(StatusCode.Internal, "INTERNAL", e),
    };

    public static Exception FromRpc(RpcException e, CancellationToken cancellationToken)
    {
        if (e.StatusCode == StatusCode.Cancelled)
            return new OperationCanceledException(e.Status.Detail, e, cancellationToken);
        var info = e.GetRpcStatus()?.Details.FirstOrDefault(d => d.Is(ErrorInfo.Descriptor))?.Unpack<ErrorInfo>();
        if (info is null)
            return e;
        var data = info.Metadata;
        return info.Reason switch
        {
            "GRANT_MISSING" => new GrantMissingException(data["plugin"], data["grant"]),
            "DIGEST_MISMATCH" when Digest.TryParse(data["expected"], out var expected)
                && Digest.TryParse(data["seen"], out var seen) => new DigestMismatchException(expected, seen),
            "FETCH" when System.Enum.TryParse<FetchFailure>(data["failure"], out var failure) =>
                new FetchException(failure, e.Status.Detail),
            "MAP" when System.Enum.TryParse<MapFailure>(data["failure"], out var failure) =>
                new MapException(failure, e.Status.Detail),
            "NOT_FOUND" => new KeyNotFoundException(e.Status.Detail),
            "INVALID_ARGUMENT" => new ArgumentException(e.Status.Detail, nameof(e)),
            _ => e,
        };
    }

    /// <summary>Runs the node's side of a call.</summary>
    public static async Task<T> ServeAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception e)
        {
            throw ToRpc(e);
        }
    }

    /// <summary>Runs the plugin's side of a call.</summary>
    public static async ValueTask<T> CallAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act();
        }
        catch (RpcException e)
        {
            throw FromRpc(e, cancellationToken);
        }
    }

    private static RpcException Make(StatusCode code, string reason, Exception e, params (string, string)[] data)
    {
        var info = new ErrorInfo { Reason = reason, Domain = RichStatus.Domain };
        foreach (var (name, value) in data)
            info.Metadata.Add(name, value);
        var status = new Google.Rpc.Status { Code = (int)code, Message = e.Message, Details = { Any.Pack(info) } };
        return status.ToRpcException();
    }
}
