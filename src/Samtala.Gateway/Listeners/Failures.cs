using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Samtala.Gateway.Replies;

namespace Samtala.Gateway.Listeners;

/// <summary>What a client is told when a handler throws.</summary>
internal static partial class Failures
{
    public static Task AnswerAsync(IFeatureCollection features, Exception e, ILogger log)
    {
        var lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        if (e is ConnectionResetException or ConnectionAbortedException
            || (e is OperationCanceledException && lifetime.RequestAborted.IsCancellationRequested))
        {
            return Task.CompletedTask;
        }

        if (e is BadHttpRequestException bad)
        {
            var refusal = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? Refusal.TooLarge : Refusal.Malformed;
            return Reply.RefuseAsync(features, refusal, bad.Message);
        }

        LogFailed(log, e, features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (!features.GetRequiredFeature<IHttpResponseFeature>().HasStarted)
            return Reply.RefuseAsync(features, e is IOException ? Refusal.Damaged : Refusal.Failed);

        // Half an answer must not look like a whole one.
        lifetime.Abort();
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The answer to {Target} failed")]
    private static partial void LogFailed(ILogger log, Exception e, string target);
}
