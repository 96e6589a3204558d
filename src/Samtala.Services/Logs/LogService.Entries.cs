using Google.Protobuf;
using Grpc.Core;
using Samtala.Hypercore.Logs;
using Samtala.Node.V1;
using Samtala.Storage;
using Stored = Samtala.Hypercore.Logs.Log;

namespace Samtala.Services.Logs;

/// <content>Entries: append, read, list.</content>
public sealed partial class LogService
{
    /// <summary>Most entries of one append.</summary>
    public const int AppendCountMax = 1024;

    /// <summary>Most bytes of one append.</summary>
    public const int AppendSizeMax = 3 * 1024 * 1024;

    private const int PageSizeMax = 1024 * 1024;
    private const int WaitSecondsDefault = 10;
    private const int WaitSecondsMax = 300;

    /// <inheritdoc/>
    public override Task<AppendEntriesResponse> AppendEntries(
        AppendEntriesRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            if (request.Entries.Count is 0 or > AppendCountMax
                || request.Entries.Sum(e => (long)e.Length) > AppendSizeMax)
            {
                throw ServiceError.Invalid(
                    "SAM0727", "entries",
                    $"One append has 1 to {AppendCountMax} entries of together at most {AppendSizeMax} bytes; send "
                    + "more requests.");
            }

            var log = await _peers.OpenAsync(FindOwn(request.Name));
            if (request.HasExpectedLength)
                return await AppendIfAsync(log, request, context.CancellationToken);
            var first = await log.AppendAsync(
                [.. request.Entries.Select(e => e.Memory)], Durability.Durable, context.CancellationToken);
            return Appended(first, request);
        });

    /// <inheritdoc/>
    public override Task<LogEntry> GetEntry(GetEntryRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var (name, index) = LogNames.OfEntry(request.Name);
            var log = await _peers.OpenAsync(LogNames.Find(_peers, name));
            var data = await ReadAsync(log, index, WaitOf(request.WaitSeconds), context.CancellationToken);
            return new LogEntry { Index = (long)index, Data = UnsafeByteOperations.UnsafeWrap(data) };
        });

    /// <inheritdoc/>
    public override Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context) =>
        LogProblems.CallAsync(async () =>
        {
            var log = await _peers.OpenAsync(LogNames.Find(_peers, request.Parent));
            var size = Paging.Size(request.PageSize);
            var at = Paging.After(request.PageToken) is { Length: > 0 } token
                ? IndexOf(token) : Positive(request.Start, "start");
            ListEntriesResponse response = new();
            long bytes = 0;
            while (log.NextPresent(at) is { Count: > 0 } run)
            {
                at = run.Start;
                if (response.Entries.Count == size || bytes >= PageSizeMax)
                {
                    response.NextPageToken = Paging.Token(BitConverter.GetBytes(at));
                    break;
                }

                // Cleared or cut off in between: then it is simply not in the list.
                if (await log.GetAsync(at, default, context.CancellationToken) is { } data)
                {
                    response.Entries.Add(
                        new LogEntry { Index = (long)at, Data = UnsafeByteOperations.UnsafeWrap(data) });
                    bytes += data.Length;
                }

                at++;
            }

            return response;
        });

    /// <inheritdoc/>
    public override async Task ReadEntries(
        ReadEntriesRequest request, IServerStreamWriter<LogEntry> responseStream, ServerCallContext context)
    {
        var log = await LogProblems.CallAsync(() => _peers.OpenAsync(LogNames.Find(_peers, request.Parent)));
        var end = request.End == 0 ? log.Length : Positive(request.End, "end");
        var wait = WaitOf(request.WaitSeconds);
        for (var index = Positive(request.Start, "start"); index < end; index++)
        {
            var at = index;
            var data = await LogProblems.CallAsync(() => ReadAsync(log, at, wait, context.CancellationToken));
            await responseStream.WriteAsync(
                new LogEntry { Index = (long)index, Data = UnsafeByteOperations.UnsafeWrap(data) },
                context.CancellationToken);
        }
    }

    private static async Task<AppendEntriesResponse> AppendIfAsync(
        Stored log, AppendEntriesRequest request, CancellationToken cancellationToken)
    {
        // A batch is refused when the log changed since it was begun.
        var batch = log.BeginBatch();
        if (log.Length != Positive(request.ExpectedLength, "expected_length"))
        {
            throw ServiceError.Make(
                StatusCode.FailedPrecondition, "SAM0728", "LENGTH_CHANGED",
                $"'{request.Name}' has {log.Length} entries, not {request.ExpectedLength}. Read what is new, and "
                + "repeat.");
        }

        foreach (var entry in request.Entries)
            batch.Add(entry.Memory);
        return Appended(await batch.AppendAsync(Durability.Durable, cancellationToken), request);
    }

    private static AppendEntriesResponse Appended(ulong first, AppendEntriesRequest request) => new()
    {
        FirstIndex = (long)first,
        Length = (long)first + request.Entries.Count,
    };

    private static ulong IndexOf(byte[] token) => token.Length == sizeof(ulong)
        ? BitConverter.ToUInt64(token)
        : throw ServiceError.Invalid("SAM0703", "page_token", "This token belongs to another list; leave it empty.");

    private static TimeSpan WaitOf(int seconds) => seconds switch
    {
        < 0 => TimeSpan.Zero,
        0 => TimeSpan.FromSeconds(WaitSecondsDefault),
        _ => TimeSpan.FromSeconds(Math.Min(seconds, WaitSecondsMax)),
    };

    private async Task<byte[]> ReadAsync(
        Stored log, ulong index, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (await log.GetAsync(index, default, cancellationToken) is { } here)
            return here;
        if (_peers.Find(log.Key) is not { IsOwn: false } kept)
            throw NotHere(log, index);
        using CancellationTokenSource patience = new(wait, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _peers.UpdateAsync(kept, index + 1, both.Token);
            if (index < log.AppliedLength
                && await log.GetAsync(index, new LogRead { Wait = true }, both.Token) is { } fetched)
            {
                return fetched;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody had it in time; what is known of the peers says why.
        }

        if (index >= log.AppliedLength && ProblemOf(kept, log).Length == 0)
            throw NotHere(log, index);
        throw ServiceError.Make(
            StatusCode.Unavailable, "SAM0729", "ENTRY_UNAVAILABLE",
            (wait == TimeSpan.Zero
                ? $"Entry {index} is not here, and no peer was to be asked. Let wait_seconds be 0 or more. "
                : $"Entry {index} is not here, and no peer gave it within {wait.TotalSeconds:0} s. Try again, or wait "
                + "longer with wait_seconds. ") + ProblemOf(kept, log));
    }

    private static RpcException NotHere(Stored log, ulong index) => ServiceError.Make(
        StatusCode.NotFound, "SAM0730", "ENTRY_NOT_FOUND",
        log.Length == 0 ? $"The log has no entries yet, so there is no entry {index}."
            : index >= log.Length
            ? $"The log has {log.Length} entries; the last is {(long)log.Length - 1}, not {index}."
            : $"Entry {index} was cleared, and nobody else is asked for this log.");
}
