using System.Buffers.Binary;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Node.V1;
using Samtala.Peers;
using Samtala.Services.Logs;
using Samtala.Storage;

namespace Samtala.Services.Nodes;

/// <summary>What the node service stands on.</summary>
/// <param name="Facts">What the node is.</param>
/// <param name="Store">The node's store.</param>
/// <param name="Plugins">The plugins.</param>
/// <param name="Audit">Who wrote what.</param>
/// <param name="Stop">Asks the process to stop; returns at once.</param>
public sealed record NodeServiceParts(
    NodeFacts Facts, IStore Store, IPluginOverview Plugins, AuditLog Audit, Action Stop)
{
    /// <summary>Its logs and peers; null for a node without any.</summary>
    public PeerNode? Peers { get; init; }
}

/// <summary>Tells how the node is, and stops it. See proto/samtala/node/v1/node.proto.</summary>
public sealed class NodeService : Samtala.Node.V1.NodeService.NodeServiceBase
{
    private readonly NodeServiceParts _parts;
    private readonly TimeProvider _time;
    private readonly DiskUse _disk;

    /// <summary>Serves a node.</summary>
    /// <param name="parts">Owned by the caller.</param>
    /// <param name="time">The clock.</param>
    public NodeService(NodeServiceParts parts, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _time = time;
        _disk = new DiskUse(parts.Facts.Data, time);
    }

    /// <inheritdoc/>
    public override Task<NodeStatus> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var facts = _parts.Facts;
        NodeStatus status = new()
        {
            Version = facts.Version,
            StartTime = Timestamp.FromDateTimeOffset(facts.StartTime),
            Uptime = Duration.FromTimeSpan(
                TimeSpan.FromSeconds((long)(_time.GetUtcNow() - facts.StartTime).TotalSeconds)),
            Device = facts.Device,
            Http = facts.Http,
            Grpc = facts.Grpc,
            Socket = facts.Socket,
            Listen = facts.Listen,
            Data = facts.Data,
            MemoryBytes = Environment.WorkingSet,
            DiskBytes = _disk.Bytes,
            FetchedBytes = _parts.Plugins.FetchedBytes,
            ServedBytes = _parts.Plugins.ServedBytes,
        };
        status.Plugins.Add(
            _parts.Plugins.Plugins.Select(p => new PluginState { Id = p.Id, State = PluginWords.Of(p.State) }));
        return Task.FromResult(status);
    }

    /// <inheritdoc/>
    public override async Task<DiagnoseResponse> Diagnose(DiagnoseRequest request, ServerCallContext context)
    {
        DiagnoseResponse response = new()
        {
            Findings = { new CheckUp(_parts.Facts, _parts.Store, _parts.Plugins).Run() },
        };
        if (_parts.Peers is { } peers)
            response.Findings.Add(await LogCheckUp.RunAsync(peers));
        return response;
    }

    /// <inheritdoc/>
    public override Task<Empty> Shutdown(ShutdownRequest request, ServerCallContext context)
    {
        _parts.Stop();
        return Task.FromResult(new Empty());
    }

    /// <inheritdoc/>
    public override async Task<ListAuditEntriesResponse> ListAuditEntries(
        ListAuditEntriesRequest request, ServerCallContext context)
    {
        var size = Paging.Size(request.PageSize);
        var token = Paging.After(request.PageToken);
        if (token.Length is not (0 or 8))
            throw ServiceError.Invalid("SAM0703", "page_token", "This token belongs to another list; leave it empty.");
        long? before = token.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(token) : null;
        var (entries, next) = await _parts.Audit.ListAsync(before, size, context.CancellationToken);
        ListAuditEntriesResponse response = new() { Entries = { entries } };
        if (next is { } number)
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            response.NextPageToken = Paging.Token(bytes);
        }

        return response;
    }
}
