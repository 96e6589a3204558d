using Microsoft.Extensions.Logging;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;
using Samtala.Plugins.Registry.Statistics;

namespace Samtala.Plugins.Registry;

/// <summary>Requests below <c>/registry/</c> that no published answer serves.</summary>
internal sealed partial class RegistryHandler(MirrorSet mirrors, TimeProvider time, ILogger<RegistryHandler> log)
    : IRawHandler
{
    private const string Root = "/registry/";

    public async ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var name = MirrorOf(request.Path);
        if (mirrors.Find(name) is not { } mirror)
        {
            return Replies.Error(
                MirrorException.BadRequest($"'{request.Path}'", "the mirrors are /registry/npm/ and /registry/nuget/"),
                "application/problem+json");
        }

        RawReply reply;
        try
        {
            reply = await mirror.HandleAsync(request, cancellationToken);
        }
        catch (MirrorException e)
        {
            if (e.Status >= 500)
                LogRefused(log, e.Code, request.Path, e.Message);
            reply = Replies.Error(e, mirror.ErrorType);
        }

        if (!request.IsRefresh)
        {
            var bytes = LengthOf(request, reply);
            mirror.Upstream.Counters.Missed(bytes);
            mirrors.Downloads.Tell(
                new DownloadSeen(time.GetUtcNow(), request.Path, reply.Status, bytes, IsFromDoor: false));
        }

        return reply;
    }

    /// <summary>The mirror that a path belongs to, and what follows it.</summary>
    public static string MirrorOf(string path)
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal))
            return "";
        var end = path.IndexOf('/', Root.Length);
        return end < 0 ? "" : path[Root.Length..end];
    }

    private static long LengthOf(RawRequest request, RawReply reply) => reply.Content switch
    {
        _ when request.Method == "HEAD" => 0,
        Content.Inline inline => inline.Bytes.Length,
        Content.OfBlob blob => blob.Length,
        _ => 0,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Code} {Path}: {Reason}")]
    private static partial void LogRefused(ILogger log, string code, string path, string reason);
}
