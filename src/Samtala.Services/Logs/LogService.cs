using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Hypercore.Logs;
using Samtala.Node.V1;
using Samtala.Peers;
using Samtala.Storage;
using Stored = Samtala.Hypercore.Logs.Log;

namespace Samtala.Services.Logs;

/// <summary>Signed append-only logs. See proto/samtala/node/v1/log.proto.</summary>
public sealed partial class LogService : Samtala.Node.V1.LogService.LogServiceBase
{
    private const int EncryptionKeySize = 32;
    private readonly PeerNode _peers;
    private readonly TimeProvider _time;

    /// <summary>Serves the logs of a node.</summary>
    /// <param name="peers">Owned by the caller.</param>
    /// <param name="time">The clock.</param>
    public LogService(PeerNode peers, TimeProvider time)
    {
        _peers = peers;
        _time = time;
    }

    /// <inheritdoc/>
    public override Task<Node.V1.Log> CreateLog(CreateLogRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            CheckLabel(request.Label);
            return await DescribeAsync(await _peers.CreateAsync(
                request.Label, request.Shared, request.Encrypted, context.CancellationToken));
        });

    /// <inheritdoc/>
    public override Task<Node.V1.Log> FollowLog(FollowLogRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            if (!LogNames.TryParseKey(request.Key, out var key))
            {
                throw ServiceError.Invalid(
                    "SAM0720", "key", "A key is 52 characters of z-base-32 or 64 hexadecimal digits.");
            }

            if (request.Label.Length > 0)
                CheckLabel(request.Label);
            var blockKey = new byte[request.EncryptionKey.Length / 2];
            if (request.EncryptionKey.Length is not (0 or EncryptionKeySize * 2)
                || !TryDecodeHex(request.EncryptionKey, blockKey))
            {
                throw ServiceError.Invalid("SAM0723", "encryption_key", "It is 64 hexadecimal digits.");
            }

            KeptLog wanted = new()
            {
                Key = key,
                Label = request.Label,
                Peers = [.. request.Peers],
                DownloadsAll = request.DownloadAll,
            };
            return await DescribeAsync(await _peers.FollowAsync(wanted, blockKey, context.CancellationToken));
        });

    /// <inheritdoc/>
    public override Task<Node.V1.Log> GetLog(GetLogRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(() => DescribeAsync(LogNames.Find(_peers, request.Name)));

    /// <inheritdoc/>
    public override Task<ListLogsResponse> ListLogs(ListLogsRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var size = Paging.Size(request.PageSize);
            var after = Paging.After(request.PageToken);
            var page = _peers.Kept
                .Where(l => after.Length == 0 || l.Key.Bytes.SequenceCompareTo(after) > 0)
                .Take(size + 1).ToList();
            ListLogsResponse response = new();
            foreach (var kept in page.Take(size))
                response.Logs.Add(await DescribeListedAsync(kept));
            if (page.Count > size)
                response.NextPageToken = Paging.Token(page[size - 1].Key.Bytes);
            return response;
        });

    /// <inheritdoc/>
    public override Task<Empty> DeleteLog(DeleteLogRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            await _peers.DeleteAsync(LogNames.Find(_peers, request.Name), context.CancellationToken);
            return new Empty();
        });

    /// <inheritdoc/>
    public override Task<Node.V1.Log> ShareLog(ShareLogRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () => await DescribeAsync(await _peers.ShareAsync(
            LogNames.Find(_peers, request.Name), !request.Stop, context.CancellationToken)));

    /// <inheritdoc/>
    public override Task<Node.V1.Log> TruncateLog(TruncateLogRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var kept = FindOwn(request.Name);
            var log = await _peers.OpenAsync(kept);
            await log.TruncateAsync(Positive(request.Length, "length"), null, context.CancellationToken);
            return await DescribeAsync(kept);
        });

    /// <inheritdoc/>
    public override Task<ClearEntriesResponse> ClearEntries(ClearEntriesRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var log = await _peers.OpenAsync(LogNames.Find(_peers, request.Name));
            var start = Positive(request.Start, "start");
            var end = Math.Min(Positive(request.End, "end"), log.Length);
            if (end <= start)
                return new ClearEntriesResponse();
            var present = LogRanges.CountPresent(log, start, end);
            await log.ClearAsync(start, end - start, context.CancellationToken);
            return new ClearEntriesResponse { Cleared = (long)present };
        });

    /// <inheritdoc/>
    public override Task<Node.V1.Log> ConfirmHead(ConfirmHeadRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var kept = LogNames.Find(_peers, request.Name);
            await (await _peers.OpenAsync(kept)).ConfirmHeadAsync(context.CancellationToken);
            return await DescribeAsync(kept);
        });

    /// <inheritdoc/>
    public override Task<EncryptionKey> GetEncryptionKey(GetEncryptionKeyRequest request, ServerCallContext context)
    {
        var kept = LogNames.Find(_peers, request.Name);
        if (kept is not { IsOwn: true, IsEncrypted: true })
        {
            throw ServiceError.Make(
                StatusCode.FailedPrecondition, "SAM0733", "NO_ENCRYPTION_KEY",
                $"'{request.Name}' is not an encrypted log of this node. Ask its writer for the key.");
        }

        return Task.FromResult(new EncryptionKey { EncryptionKey_ = _peers.EncryptionKeyOf(kept) });
    }

    /// <inheritdoc/>
    public override async Task WatchLog(
        WatchLogRequest request, IServerStreamWriter<LogEvent> responseStream, ServerCallContext context)
    {
        var log = await LogProblems.CallAsync(
            () => _peers.OpenAsync(LogNames.Find(_peers, request.Name)));
        var start = request.HasAfterLength ? Positive(request.AfterLength, "after_length") : ulong.MaxValue;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var changes = log.WatchAsync(over.Token).GetAsyncEnumerator(over.Token);

        // Listening begins with the first move, so nothing between the length told and the first event is missed.
        var next = changes.MoveNextAsync().AsTask();
        try
        {
            if (log.Length is var length && start < length)
            {
                LogChange before = new(LogChangeKind.Appended, start, length - start, length, log.Fork);
                await responseStream.WriteAsync(Event(before), context.CancellationToken);
            }

            while (await next)
            {
                await responseStream.WriteAsync(Event(changes.Current), context.CancellationToken);
                next = changes.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // Nothing may wait in what is disposed.
            await over.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changes.DisposeAsync();
        }
    }

    private KeptLog FindOwn(string name)
    {
        var kept = LogNames.Find(_peers, name);
        return kept.IsOwn ? kept : throw ServiceError.Make(
            StatusCode.FailedPrecondition, "SAM0951", "LOG_NOT_WRITABLE",
            $"'{name}' is followed: only the node that made it can write it. Make an own one: samtala log create "
            + "LABEL");
    }

    private static ulong Positive(long value, string field) => value >= 0
        ? (ulong)value
        : throw ServiceError.Invalid("SAM0724", field, $"It is 0 or more; this is {value}.");

    private static void CheckLabel(string label)
    {
        if (!LogNames.IsLabel(label))
        {
            throw ServiceError.Invalid(
                "SAM0726", "label", "A label is 1 to 63 of a-z, 0-9, '-', '.' and '_', and does not look like a key.");
        }
    }

    private static bool TryDecodeHex(string text, Span<byte> target) =>
        Convert.FromHexString(text, target, out _, out var written) == System.Buffers.OperationStatus.Done
        && written == target.Length;

    private LogEvent Event(LogChange change) => new()
    {
        Kind = change.Kind switch
        {
            LogChangeKind.Appended => LogEvent.Types.Kind.Appended,
            LogChangeKind.Truncated => LogEvent.Types.Kind.Truncated,
            LogChangeKind.Downloaded => LogEvent.Types.Kind.Downloaded,
            LogChangeKind.Cleared => LogEvent.Types.Kind.Cleared,
            _ => LogEvent.Types.Kind.Frozen,
        },
        Length = (long)change.Length,
        Fork = (long)change.Fork,
        Start = (long)change.Start,
        Count = (long)change.Count,
        Time = Timestamp.FromDateTimeOffset(_time.GetUtcNow()),
    };

    private async Task<Node.V1.Log> DescribeAsync(KeptLog kept)
    {
        var log = await _peers.OpenAsync(kept);
        Node.V1.Log described = new()
        {
            Name = LogNames.Of(kept.Key),
            Label = kept.Label,
            Key = LogNames.TextOf(kept.Key),
            DiscoveryKey = log.DiscoveryKey.ToString(),
            Length = (long)log.Length,
            ByteLength = (long)log.ByteLength,
            Fork = (long)log.Fork,
            ContiguousLength = (long)log.ContiguousLength,
            Writable = log.IsWritable,
            Own = kept.IsOwn,
            Shared = kept.IsShared,
            Frozen = log.IsFrozen,
            Peers = { kept.Peers },
            DownloadAll = kept.DownloadsAll,
            Encrypted = kept.IsEncrypted,
            ConnectedPeers = _peers.PeersOf(kept.Key).Count,
            Problem = ProblemOf(kept, log),
            Unconfirmed = log.MustVerifyHead,
        };
        return described;
    }

    /// <summary>Describes a log also when it cannot be opened: one damaged log must not hide the others.</summary>
    private async Task<Node.V1.Log> DescribeListedAsync(KeptLog kept)
    {
        string problem;
        try
        {
            return await DescribeAsync(kept);
        }
        catch (LogException e) when (e.Problem == LogProblem.Damaged)
        {
            problem = e.Message;
        }
        catch (StoreCorruptException e)
        {
            problem = e.Message;
        }

        return new Node.V1.Log
        {
            Name = LogNames.Of(kept.Key),
            Label = kept.Label,
            Key = LogNames.TextOf(kept.Key),
            Shared = kept.IsShared,
            Peers = { kept.Peers },
            DownloadAll = kept.DownloadsAll,
            Encrypted = kept.IsEncrypted,
            Problem = problem,
        };
    }

    private string ProblemOf(KeptLog kept, Stored log)
    {
        if (log.IsFrozen)
            return "Its writer signed two different logs; it is kept as it is.";
        if (log.MustVerifyHead)
            return $"A newer head may exist at others. If not: samtala log confirm {kept.Label}";
        if (kept.IsOwn || kept.Peers.Length == 0)
            return "";
        var down = kept.Peers.Select(_peers.LinkTo).OfType<PeerLinkState>().Where(l => !l.IsConnected).ToList();
        return down.Count < kept.Peers.Length
            ? ""
            : string.Join(" ", down.Select(l => $"{l.Address}: {l.Error}"));
    }
}
