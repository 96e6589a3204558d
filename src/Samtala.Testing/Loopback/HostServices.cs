using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Answers;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>The services of <c>proto/samtala/host/v1</c> over an <see cref="INode"/>: the node's side.</summary>
internal static class HostServices
{
    public static object[] Of(INode node, IReadOnlyList<string> grants) =>
    [
        new StateHost(node), new BlobHost(node), new FetchHost(node), new AnswerHost(node), new CommandHost(node),
        new MapHost(node), new InfoHost(node, grants),
    ];

    private sealed class StateHost(INode node) : Wire.StateHost.StateHostBase
    {
        public override Task<Wire.StateGetResponse> Get(Wire.StateGetRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () => new Wire.StateGetResponse
            {
                Entry = await node.State.GetAsync(request.Key, context.CancellationToken) is { } entry ? ToWire(entry)
                    : null,
            });

        public override Task<Wire.StateCommitResponse> Commit(Wire.StateCommitRequest request,
            ServerCallContext context) =>
            HostErrors.ServeAsync(async () => new Wire.StateCommitResponse
            {
                Committed = await node.State.CommitAsync(
                    [.. request.Writes.Select(w => new StateWrite(
                        w.Key, w.HasValue ? w.Value.Memory : default(ReadOnlyMemory<byte>?), w.HasExpectedEtag
                            ? w.ExpectedEtag : null))],
                    context.CancellationToken),
            });

        public override Task<Wire.StateListResponse> List(Wire.StateListRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () => new Wire.StateListResponse
            {
                Entries =
                {
                    (await node.State.ListAsync(request.Prefix, request.After, request.Limit,
                        context.CancellationToken))
                        .Select(ToWire),
                },
            });

        private static Wire.StateEntry ToWire(StateEntry entry) =>
            new() { Key = entry.Key, Value = ByteString.CopyFrom(entry.Value.Span), Etag = entry.Etag };
    }

    private sealed class BlobHost(INode node) : Wire.BlobHost.BlobHostBase
    {
        public override Task<Wire.BlobInfo> Put(
            IAsyncStreamReader<Wire.BlobPutRequest> requestStream, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                if (!await requestStream.MoveNext(context.CancellationToken))
                    throw new ArgumentException("The put has no first message.", nameof(requestStream));
                var first = requestStream.Current;
                var expected = first.Expected.Select(WireTypes.FromWire).ToArray();
                return WireTypes.ToWire(await node.Blobs.PutAsync(
                    ReadAsync(first, requestStream), expected, context.CancellationToken));
            });

        public override async Task Read(
            Wire.BlobReadRequest request, IServerStreamWriter<Wire.BlobReadResponse> responseStream,
                ServerCallContext context)
        {
            await HostErrors.ServeAsync(async () =>
            {
                var id = new BlobId(request.Id.Span);
                var chunks = node.Blobs.ReadAsync(id, request.Offset, request.Length, context.CancellationToken);
                await foreach (var chunk in chunks)
                {
                    await responseStream.WriteAsync(
                        new Wire.BlobReadResponse { Chunk = ByteString.CopyFrom(chunk.Span) },
                            context.CancellationToken);
                }

                return true;
            });
        }

        public override Task<Wire.BlobFindResponse> Find(Wire.BlobFindRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                var found = request.Digest is { } digest
                    ? await node.Blobs.FindAsync(WireTypes.FromWire(digest), context.CancellationToken)
                    : await node.Blobs.FindAsync(new BlobId(request.Id.Span), context.CancellationToken);
                return new Wire.BlobFindResponse { Blob = found is null ? null : WireTypes.ToWire(found) };
            });

        public override Task<Wire.BlobReleaseResponse> Release(Wire.BlobReleaseRequest request,
            ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                await node.Blobs.ReleaseAsync(new BlobId(request.Id.Span), context.CancellationToken);
                return new Wire.BlobReleaseResponse();
            });

        public override Task<Wire.BlobShareResponse> Share(Wire.BlobShareRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                await node.Blobs.ShareAsync(
                    [.. request.Ids.Select(id => new BlobId(id.Span))], request.Shared, context.CancellationToken);
                return new Wire.BlobShareResponse();
            });

        public override Task<Wire.BlobInfo> Fetch(Wire.BlobFetchRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () => WireTypes.ToWire(await node.Blobs.FetchAsync(
                new WantedBlob(new BlobId(request.Id.Span), new MapId(request.Map.Span))
                {
                    Expected = [.. request.Expected.Select(WireTypes.FromWire)],
                    LengthMax = request.LengthMax,
                },
                context.CancellationToken)));

        private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
            Wire.BlobPutRequest first, IAsyncStreamReader<Wire.BlobPutRequest> rest)
        {
            yield return first.Chunk.Memory;
            while (await rest.MoveNext(CancellationToken.None))
                yield return rest.Current.Chunk.Memory;
        }
    }

    private sealed class FetchHost(INode node) : Wire.FetchHost.FetchHostBase
    {
        public override Task<Wire.FetchResponse> Fetch(Wire.FetchRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                var reply = await node.Fetch.FetchAsync(WireTypes.FromWire(request), context.CancellationToken);
                return new Wire.FetchResponse
                {
                    Status = reply.Status,
                    Headers = { reply.Headers.Select(HostMessages.ToMessage) },
                    Body = ByteString.CopyFrom(reply.Body.Span),
                    FinalUri = reply.FinalUri.AbsoluteUri,
                };
            });

        public override Task<Wire.FetchToBlobResponse> FetchToBlob(
            Wire.FetchToBlobRequest request, ServerCallContext context) => HostErrors.ServeAsync(async () =>
            {
                var reply = await node.Fetch.FetchToBlobAsync(
                    WireTypes.FromWire(request.Request),
                    [.. request.Expected.Select(WireTypes.FromWire)],
                    context.CancellationToken);
                return new Wire.FetchToBlobResponse
                {
                    Status = reply.Status,
                    Headers = { reply.Headers.Select(HostMessages.ToMessage) },
                    Blob = reply.Blob is null ? null : WireTypes.ToWire(reply.Blob),
                    FinalUri = reply.FinalUri.AbsoluteUri,
                };
            });
    }

    private sealed class AnswerHost(INode node) : Wire.AnswerHost.AnswerHostBase
    {
        public override Task<Wire.PublishResponse> Publish(Wire.PublishRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                await node.Answers.PublishAsync(
                    [.. request.Answers.Select(HostMessages.FromMessage)], context.CancellationToken);
                return new Wire.PublishResponse();
            });

        public override Task<Wire.WithdrawResponse> Withdraw(Wire.WithdrawRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                await node.Answers.WithdrawAsync(request.Path, context.CancellationToken);
                return new Wire.WithdrawResponse();
            });

        public override Task<Wire.ReadTrafficResponse> ReadTraffic(
            Wire.ReadTrafficRequest request, ServerCallContext context) => HostErrors.ServeAsync(async () =>
            {
                var traffic = await node.Answers.ReadTrafficAsync(request.After, context.CancellationToken);
                return new Wire.ReadTrafficResponse
                {
                    TotalHits = traffic.TotalHits,
                    TotalBytes = traffic.TotalBytes,
                    Hits =
                    {
                        traffic.Hits.Select(h => new Wire.Hit
                        {
                            Number = h.Number,
                            Time = Timestamp.FromDateTimeOffset(h.Time),
                            Path = h.Path,
                            Status = h.Status,
                            Bytes = h.Bytes,
                        }),
                    },
                };
            });
    }

    private sealed class CommandHost(INode node) : Wire.CommandHost.CommandHostBase
    {
        public override Task<Wire.RunResponse> Run(Wire.RunRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(async () =>
            {
                var result = await node.Commands.RunAsync(request.CommandLine, context.CancellationToken);
                return new Wire.RunResponse { ExitCode = result.ExitCode, Output = result.Output };
            });
    }

    private sealed class InfoHost(INode node, IReadOnlyList<string> grants) : Wire.InfoHost.InfoHostBase
    {
        public override Task<Wire.InfoResponse> Get(Wire.InfoRequest request, ServerCallContext context) =>
            HostErrors.ServeAsync(() => Task.FromResult(new Wire.InfoResponse
            {
                PluginId = node.Info.PluginId,
                Version = node.Info.Version,
                Authorities = { node.Info.Authorities },
                Settings = node.Info.Settings,
                Grants = { grants },
                PeerAddresses = { node.Info.PeerAddresses },
            }));
    }
}
