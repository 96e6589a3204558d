using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Answers;
using Wire = Samtala.Host.V1;

namespace Samtala.Testing.Loopback;

/// <summary>A plugin's raw handler as a service: the plugin's side.</summary>
internal sealed class RuntimeService(IRawHandler handler) : Wire.PluginRuntime.PluginRuntimeBase
{
    public override async Task HandleHttp(
        Wire.RawRequest request, IServerStreamWriter<Wire.RawResponse> responseStream, ServerCallContext context)
    {
        var reply = await handler.HandleAsync(WireTypes.FromWire(request), context.CancellationToken);
        var head = new Wire.RawResponse
        {
            Status = reply.Status,
            Headers = { reply.Headers.Select(HostMessages.ToMessage) },
        };
        if (reply.Content is { } whole and not Content.Streamed)
            head.Content = HostMessages.ToMessage(whole);
        await responseStream.WriteAsync(head, context.CancellationToken);
        if (reply.Content is not Content.Streamed stream)
            return;
        await foreach (var chunk in stream.Chunks.WithCancellation(context.CancellationToken))
        {
            if (chunk.IsEmpty)
                continue;
            await responseStream.WriteAsync(
                new Wire.RawResponse { Chunk = ByteString.CopyFrom(chunk.Span) }, context.CancellationToken);
        }
    }
}

/// <summary>A raw handler on the other side of a channel: the node's side.</summary>
internal sealed class RemoteHandler(CallInvoker invoker) : IRawHandler
{
    private readonly Wire.PluginRuntime.PluginRuntimeClient _runtime = new(invoker);

    public async ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var call = _runtime.HandleHttp(WireTypes.ToWire(request), cancellationToken: cancellationToken);
        var streams = false;
        try
        {
            if (!await call.ResponseStream.MoveNext(cancellationToken))
                throw new InvalidOperationException("The plugin did not answer.");
            var head = call.ResponseStream.Current;
            Header[] headers = [.. head.Headers.Select(HostMessages.FromMessage)];
            if (head.Content is not null)
                return new RawReply(head.Status, headers, HostMessages.FromMessage(head.Content));
            // A reply without content and one whose stream is still to come begin alike.
            if (!await call.ResponseStream.MoveNext(cancellationToken))
                return new RawReply(head.Status, headers, null);
            streams = true;
            return new RawReply(head.Status, headers, new Content.Streamed(ReadAsync(call, CancellationToken.None)));
        }
        finally
        {
            if (!streams)
                call.Dispose();
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        AsyncServerStreamingCall<Wire.RawResponse> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (call)
        {
            do
                yield return call.ResponseStream.Current.Chunk.Memory;
            while (await call.ResponseStream.MoveNext(cancellationToken));
        }
    }
}
