using Grpc.Core;
using Samtala.Hypercore.Logs;
using Samtala.Peers;
using Samtala.Storage;

namespace Samtala.Services.Logs;

/// <summary>Turns what a log refuses into what callers see.</summary>
internal static class LogProblems
{
    /// <summary>Does something with a log.</summary>
    /// <exception cref="RpcException">It was refused; the status says how.</exception>
    public static async Task<T> CallAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (LogException e)
        {
            throw Of(e);
        }
        catch (PeerException e)
        {
            throw Of(e);
        }
        catch (StoreCorruptException e)
        {
            throw ServiceError.Make(StatusCode.DataLoss, "SAM0725", "LOG_DAMAGED", e.Message);
        }
    }

    private static RpcException Of(PeerException e) => e.Problem switch
    {
        PeerProblem.Exists => ServiceError.Make(StatusCode.AlreadyExists, e.Code, "LOG_EXISTS", e.Message),
        PeerProblem.NotFound => ServiceError.Make(StatusCode.NotFound, e.Code, "LOG_NOT_FOUND", e.Message),
        PeerProblem.Unavailable => ServiceError.Make(StatusCode.Unavailable, e.Code, "PEERS_UNAVAILABLE", e.Message),
        _ => ServiceError.Make(StatusCode.InvalidArgument, e.Code, "INVALID_LOG_REQUEST", e.Message),
    };

    // Messages of logs begin with their code.
    private static RpcException Of(LogException e)
    {
        var colon = e.Message.IndexOf(": ", StringComparison.Ordinal);
        var (code, text) = colon > 0 ? (e.Message[..colon], e.Message[(colon + 2)..]) : ("SAM0725", e.Message);
        return e.Problem switch
        {
            LogProblem.OutOfRange or LogProblem.TooLarge =>
                ServiceError.Make(StatusCode.InvalidArgument, code, "INVALID_LOG_REQUEST", text),
            LogProblem.Damaged => ServiceError.Make(StatusCode.DataLoss, code, "LOG_DAMAGED", text),
            _ => ServiceError.Make(StatusCode.FailedPrecondition, code, "LOG_NOT_WRITABLE", text),
        };
    }
}
