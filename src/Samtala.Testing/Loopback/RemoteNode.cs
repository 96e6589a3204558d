using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Answers;
using Samtala.PluginPackages;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>The node as a plugin sees it from another process: every call is bytes there and back.</summary>
internal sealed class RemoteNode : INode, IState, IBlobs, IFetch, IAnswers, ICommands
{
    private const int ChunkSize = 64 * 1024;
    private readonly IReadOnlyList<string> _grants;
    private readonly Wire.StateHost.StateHostClient _state;
    private readonly Wire.BlobHost.BlobHostClient _blobs;
    private readonly Wire.FetchHost.FetchHostClient _fetch;
    private readonly Wire.AnswerHost.AnswerHostClient _answers;
    private readonly Wire.CommandHost.CommandHostClient _commands;
    private readonly RemoteMaps _maps;

    private RemoteNode(CallInvoker invoker, NodeInfo info, IReadOnlyList<string> grants)
    {
        Info = info;
        _grants = grants;
        _state = new(invoker);
        _blobs = new(invoker);
        _fetch = new(invoker);
        _answers = new(invoker);
        _commands = new(invoker);
        _maps = new(invoker);
    }

    public NodeInfo Info { get; }

    public IState State => Granted("state", this);

    public IBlobs Blobs => Granted("blobs", this);

    public IFetch Fetch =>
        _grants.Any(g => g.StartsWith("fetch:", StringComparison.Ordinal)) ? this : Granted("fetch:*", this);

    public IAnswers Answers => Granted("answers", this);

    public IMaps Maps => Granted("logs", _maps);

    public ICommands Commands => this;

    public static async Task<RemoteNode> ConnectAsync(CallInvoker invoker, CancellationToken cancellationToken)
    {
        var info = await new Wire.InfoHost.InfoHostClient(invoker)
            .GetAsync(new Wire.InfoRequest(), cancellationToken: cancellationToken);
        return new RemoteNode(
            invoker,
            new NodeInfo(info.PluginId, info.Version, [.. info.Authorities], info.Settings)
            {
                PeerAddresses = [.. info.PeerAddresses],
            },
            [.. info.Grants]);
    }

    public bool IsGranted(string grant) => Grant.Covers(_grants, grant);

    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var reply = await _state.GetAsync(
                new Wire.StateGetRequest { Key = key ?? "" }, cancellationToken: cancellationToken);
            return reply.Entry is { } entry ? FromWire(entry) : null;
        }, cancellationToken);

    public ValueTask<bool> CommitAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var request = new Wire.StateCommitRequest();
            foreach (var write in writes)
            {
                var wire = new Wire.StateWrite { Key = write.Key };
                if (write.Value is { } value)
                    wire.Value = ByteString.CopyFrom(value.Span);
                if (write.ExpectedEtag is { } etag)
                    wire.ExpectedEtag = etag;
                request.Writes.Add(wire);
            }

            return (await _state.CommitAsync(request, cancellationToken: cancellationToken)).Committed;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken) =>
        HostErrors.CallAsync<IReadOnlyList<StateEntry>>(async () =>
        {
            var request = new Wire.StateListRequest { Prefix = prefix, After = after, Limit = limit };
            var reply = await _state.ListAsync(request, cancellationToken: cancellationToken);
            return [.. reply.Entries.Select(FromWire)];
        }, cancellationToken);

    public ValueTask<BlobInfo> PutAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            using var call = _blobs.Put(cancellationToken: cancellationToken);
            await call.RequestStream.WriteAsync(
                new Wire.BlobPutRequest { Expected = { expected.Select(WireTypes.ToWire) } }, cancellationToken);
            await foreach (var piece in content.WithCancellation(cancellationToken))
            {
                for (var at = 0; at < piece.Length; at += ChunkSize)
                {
                    var chunk = piece.Slice(at, Math.Min(ChunkSize, piece.Length - at));
                    await call.RequestStream.WriteAsync(
                        new Wire.BlobPutRequest { Chunk = ByteString.CopyFrom(chunk.Span) }, cancellationToken);
                }
            }

            await call.RequestStream.CompleteAsync();
            return WireTypes.FromWire(await call.ResponseAsync);
        }, cancellationToken);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        BlobId id, long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request =
            new Wire.BlobReadRequest { Id = ByteString.CopyFrom(id.ToArray()), Offset = offset, Length = length };
        using var call = _blobs.Read(request, cancellationToken: cancellationToken);
        while (await HostErrors.CallAsync(() => call.ResponseStream.MoveNext(cancellationToken), cancellationToken))
            yield return call.ResponseStream.Current.Chunk.Memory;
    }

    public ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken) =>
        FindAsync(new Wire.BlobFindRequest { Id = ByteString.CopyFrom(id.ToArray()) }, cancellationToken);

    public ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        FindAsync(new Wire.BlobFindRequest { Digest = WireTypes.ToWire(digest) }, cancellationToken);

    public async ValueTask ReleaseAsync(BlobId id, CancellationToken cancellationToken)
    {
        var request = new Wire.BlobReleaseRequest { Id = ByteString.CopyFrom(id.ToArray()) };
        await HostErrors.CallAsync(
            () => _blobs.ReleaseAsync(request, cancellationToken: cancellationToken).ResponseAsync, cancellationToken);
    }

    public async ValueTask ShareAsync(
        IReadOnlyList<BlobId> ids, bool isShared, CancellationToken cancellationToken)
    {
        var request = new Wire.BlobShareRequest { Shared = isShared };
        request.Ids.AddRange(ids.Select(id => ByteString.CopyFrom(id.ToArray())));
        await HostErrors.CallAsync(
            () => _blobs.ShareAsync(request, cancellationToken: cancellationToken).ResponseAsync, cancellationToken);
    }

    public ValueTask<BlobInfo> FetchAsync(WantedBlob wanted, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var request = new Wire.BlobFetchRequest
            {
                Id = ByteString.CopyFrom(wanted.Id.ToArray()),
                Map = MapWire.ToWire(wanted.From),
                Expected = { wanted.Expected.Select(WireTypes.ToWire) },
                LengthMax = wanted.LengthMax,
            };
            return WireTypes.FromWire(await _blobs.FetchAsync(request, cancellationToken: cancellationToken));
        }, cancellationToken);

    public ValueTask<FetchReply> FetchAsync(FetchRequest request, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var reply = await _fetch.FetchAsync(WireTypes.ToWire(request), cancellationToken: cancellationToken);
            return new FetchReply(
                reply.Status,
                [.. reply.Headers.Select(HostMessages.FromMessage)],
                reply.Body.Memory,
                new Uri(reply.FinalUri));
        }, cancellationToken);

    public ValueTask<FetchedBlob> FetchToBlobAsync(
        FetchRequest request, IReadOnlyList<Digest> expected, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var message = new Wire.FetchToBlobRequest
            {
                Request = WireTypes.ToWire(request),
                Expected = { expected.Select(WireTypes.ToWire) },
            };
            var reply = await _fetch.FetchToBlobAsync(message, cancellationToken: cancellationToken);
            return new FetchedBlob(
                reply.Status,
                [.. reply.Headers.Select(HostMessages.FromMessage)],
                reply.Blob is null ? null : WireTypes.FromWire(reply.Blob),
                new Uri(reply.FinalUri));
        }, cancellationToken);

    public async ValueTask PublishAsync(IReadOnlyList<PublishedAnswer> answers, CancellationToken cancellationToken) =>
        await HostErrors.CallAsync(
            () => _answers.PublishAsync(
                new Wire.PublishRequest { Answers = { answers.Select(HostMessages.ToMessage) } },
                cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    public async ValueTask WithdrawAsync(string path, CancellationToken cancellationToken) =>
        await HostErrors.CallAsync(
            () => _answers.WithdrawAsync(
                new Wire.WithdrawRequest { Path = path }, cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    public ValueTask<AnswerTraffic> ReadTrafficAsync(long after, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var reply = await _answers.ReadTrafficAsync(
                new Wire.ReadTrafficRequest { After = after }, cancellationToken: cancellationToken);
            return new AnswerTraffic(
                reply.TotalHits,
                reply.TotalBytes,
                [.. reply.Hits.Select(h =>
                    new AnswerHit(h.Number, h.Time.ToDateTimeOffset(), h.Path, h.Status, h.Bytes))]);
        }, cancellationToken);

    public ValueTask<CommandResult> RunAsync(string commandLine, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var reply = await _commands.RunAsync(
                new Wire.RunRequest { CommandLine = commandLine }, cancellationToken: cancellationToken);
            return new CommandResult(reply.ExitCode, reply.Output);
        }, cancellationToken);

    private ValueTask<BlobInfo?> FindAsync(Wire.BlobFindRequest request, CancellationToken cancellationToken) =>
        HostErrors.CallAsync(async () =>
        {
            var reply = await _blobs.FindAsync(request, cancellationToken: cancellationToken);
            return reply.Blob is null ? null : WireTypes.FromWire(reply.Blob);
        }, cancellationToken);

    private static StateEntry FromWire(Wire.StateEntry entry) => new(entry.Key, entry.Value.Memory, entry.Etag);

    private T Granted<T>(string grant, T service) =>
        IsGranted(grant) ? service : throw new GrantMissingException(Info.PluginId, grant);
}
