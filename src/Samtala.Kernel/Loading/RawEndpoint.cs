using System.Runtime.CompilerServices;
using Samtala.Abstractions;
using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>
/// Where requests below <c>/{id}/</c> go. The door may remember it for as long as it likes, also in idle connections:
/// it is only a cell, emptied when the plugin stops, so that nothing holds on to the plugin's code.
/// </summary>
public sealed class RawEndpoint : IRawHandler
{
    private readonly string _id;
    private Target? _target;

    internal RawEndpoint(string id) => _id = id;

    /// <summary>Whether the plugin runs and has a raw handler.</summary>
    public bool IsOpen => Volatile.Read(ref _target) is not null;

    /// <summary>Asks the plugin. A streamed body counts as a call until its end.</summary>
    /// <param name="request">At most <see cref="IRawHandler.BodySizeMax"/> bytes of body.</param>
    /// <param name="cancellationToken">The client left.</param>
    /// <exception cref="PluginException">The plugin does not run (<see cref="PluginFailure.Unavailable"/>).</exception>
    public async ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var target = Volatile.Read(ref _target);
        if (target is null || !target.Gate.TryEnter())
        {
            throw new PluginException(
                PluginFailure.Unavailable, "SAM0206",
                $"Plugin '{_id}' does not serve now. See: samtala plugin list, samtala plugin logs {_id}");
        }

        var streams = false;
        var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, target.Gate.Closing);
        try
        {
            var reply = await target.Handler.HandleAsync(request, linked.Token);
            // The body of these is read by nobody, to no end.
            if (reply.Content is not Content.Streamed stream || request.IsRefresh || request.Method is "HEAD")
                return reply;
            streams = true;
            var chunks = ReadOn(stream.Chunks, target.Gate, linked, CancellationToken.None);
            return reply with { Content = new Content.Streamed(chunks) };
        }
        finally
        {
            if (!streams)
            {
                linked.Dispose();
                target.Gate.Exit();
            }
        }
    }

    internal void Open(IRawHandler handler) => Volatile.Write(ref _target, new Target(handler, new CallGate()));

    internal Task<bool> CloseAsync(TimeSpan drain, TimeProvider time) =>
        Interlocked.Exchange(ref _target, null)?.Gate.CloseAsync(drain, time) ?? Task.FromResult(true);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOn(
        IAsyncEnumerable<ReadOnlyMemory<byte>> chunks,
        CallGate gate,
        CancellationTokenSource linked,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            using var left =
                cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), linked);
            await foreach (var chunk in chunks.WithCancellation(linked.Token))
                yield return chunk;
        }
        finally
        {
            linked.Dispose();
            gate.Exit();
        }
    }

    private sealed record Target(IRawHandler Handler, CallGate Gate);
}
