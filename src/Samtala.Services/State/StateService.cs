using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Node.V1;
using Samtala.Storage;
using StateEvent = Samtala.Node.V1.WatchStateResponse.Types.Event;

namespace Samtala.Services.State;

/// <summary>Small values under names, for programs in any language. See proto/samtala/node/v1/state.proto.</summary>
public sealed class StateService : Samtala.Node.V1.StateService.StateServiceBase, IAsyncDisposable
{
    private readonly IStore _store;
    private readonly StateFeed _feed;
    private readonly StateWriter _writer;

    private StateService(IStore store, StateFeed feed, TimeProvider time)
    {
        _store = store;
        _feed = feed;
        _writer = new StateWriter(store, feed, time);
    }

    /// <summary>Opens the service on a store.</summary>
    /// <param name="store">Kept; not disposed.</param>
    /// <param name="time">The clock of update times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A service the caller disposes before the store.</returns>
    public static async Task<StateService> OpenAsync(
        IStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        StateFeed feed = new();
        feed.StartAt(await StateWriter.ReadHeadAsync(store, cancellationToken));
        return new StateService(store, feed, time);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <inheritdoc/>
    public override async Task<StateEntry> GetState(GetStateRequest request, ServerCallContext context)
    {
        var key = StateName.ParseEntry(request.Name, "name");
        var record = await StateWriter.ReadAsync(_store, key, context.CancellationToken);
        return record?.ToEntry(request.Name) ?? throw NotFound(request.Name);
    }

    /// <inheritdoc/>
    public override async Task<StateEntry> SetState(SetStateRequest request, ServerCallContext context)
    {
        var entry = request.Entry ?? throw ServiceError.Invalid("SAM0704", "entry", "Send the entry to write.");
        var key = StateName.ParseEntry(entry.Name, "entry.name");
        var isText = entry.ContentCase != StateEntry.ContentOneofCase.Data;
        var content = isText ? ByteString.CopyFromUtf8(entry.Text) : entry.Data;
        if (content.Length > StateRecord.ContentSizeMax)
        {
            throw ServiceError.Invalid(
                "SAM0704", isText ? "entry.text" : "entry.data",
                $"A value has at most {StateRecord.ContentSizeMax} bytes; this has {content.Length}. Make it a blob.");
        }

        var outcome = await _writer.WriteAsync(new(key, content, isText, entry.Etag), context.CancellationToken);
        return outcome.Kind == StateOutcomeKind.Conflict
            ? throw Conflict(entry.Name, entry.Etag, outcome.Record)
            : outcome.Record.ToEntry(entry.Name);
    }

    /// <inheritdoc/>
    public override async Task<Empty> DeleteState(DeleteStateRequest request, ServerCallContext context)
    {
        var key = StateName.ParseEntry(request.Name, "name");
        var outcome = await _writer.WriteAsync(new(key, null, false, request.Etag), context.CancellationToken);
        return outcome.Kind switch
        {
            StateOutcomeKind.Absent => throw NotFound(request.Name),
            StateOutcomeKind.Conflict => throw Conflict(request.Name, request.Etag, outcome.Record),
            _ => new Empty(),
        };
    }

    /// <inheritdoc/>
    public override async Task<ListStateResponse> ListState(ListStateRequest request, ServerCallContext context)
    {
        var prefix = StateName.Prefix(StateName.ParseStore(request.Parent, "parent"), request.Prefix);
        var size = Paging.Size(request.PageSize);
        var after = Paging.After(request.PageToken);
        byte[] from = after.Length > 0 ? [.. after, 0] : prefix;
        if (!from.AsSpan().StartsWith(prefix))
            throw ServiceError.Invalid("SAM0703", "page_token", "This token belongs to another list; leave it empty.");
        var page = await _store.ScanAsync(
            StateWriter.Entries, new ScanRange(from, KeyRange.EndOf(prefix), size + 1), context.CancellationToken);
        ListStateResponse response = new();
        foreach (var (key, value) in page.Take(size))
        {
            response.Entries.Add(StateRecord.TryDecode(value, out var record)
                ? record.ToEntry(StateName.Of(key))
                : throw StateWriter.Unreadable(key));
        }

        if (page.Count > size)
            response.NextPageToken = Paging.Token(page[size - 1].Key);
        return response;
    }

    /// <inheritdoc/>
    public override async Task WatchState(
        WatchStateRequest request, IServerStreamWriter<WatchStateResponse> responseStream, ServerCallContext context)
    {
        var prefix = StateName.Prefix(StateName.ParseStore(request.Parent, "parent"), request.Prefix);
        using var subscription = _feed.Subscribe(prefix, ResumeAfter(request.ResumeToken));
        if (request.ResumeToken.Length == 0)
        {
            await responseStream.WriteAsync(
                Mark(StateEvent.Bookmark, subscription.StartedAt), context.CancellationToken);
        }

        while (!context.CancellationToken.IsCancellationRequested)
        {
            var change = await subscription.NextAsync(context.CancellationToken);
            await responseStream.WriteAsync(
                change is null ? Mark(StateEvent.Gap, subscription.GapAt) : Told(change), context.CancellationToken);
        }
    }

    private static WatchStateResponse Mark(StateEvent what, long revision) =>
        new() { Event = what, ResumeToken = StateRecord.EtagOf(revision) };

    private static WatchStateResponse Told(StateChange change)
    {
        var name = StateName.Of(change.Key);
        return new WatchStateResponse
        {
            Event = change.Record is null ? StateEvent.Removed : StateEvent.Set,
            Entry = change.Record?.ToEntry(name) ?? new StateEntry { Name = name },
            ResumeToken = StateRecord.EtagOf(change.Revision),
        };
    }

    private static long? ResumeAfter(string token)
    {
        if (token.Length == 0)
            return null;
        return long.TryParse(token, System.Globalization.CultureInfo.InvariantCulture, out var revision)
            && revision >= 0
            ? revision
            : throw ServiceError.Invalid(
                "SAM0705", "resume_token", "This is no token of an earlier event; leave it empty.");
    }

    private static RpcException NotFound(string name) => ServiceError.Make(
        StatusCode.NotFound, "SAM0706", "STATE_NOT_FOUND",
            $"There is no entry '{name}'. List the store to see what there is.");

    private static RpcException Conflict(string name, string wanted, StateRecord current) => ServiceError.Make(
        StatusCode.Aborted, "SAM0707", "ETAG_MISMATCH",
        $"'{name}' has etag '{current.Revision}', not '{wanted}': somebody wrote in between. Read it and try again.");
}
