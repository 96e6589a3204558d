using System.IO.Pipelines;
using Grpc.Core;

namespace Samtala.Grpc.Client;

/// <summary>Carries one call to a server. Used by one call, disposed by it.</summary>
internal abstract class ClientTransport : IDisposable
{
    /// <summary>Where framed requests go; available once the call is under way.</summary>
    public abstract ValueTask<PipeWriter> RequestsAsync(CancellationToken cancellationToken);

    /// <summary>Begins the call and waits for the answer's headers.</summary>
    /// <param name="wholeRequest">The one framed request, or null when requests are streamed.</param>
    /// <param name="cancellationToken">Gives up the whole call, not only the wait.</param>
    public abstract Task<ClientAnswer> StartAsync(
        ReadOnlyMemory<byte>? wholeRequest, CancellationToken cancellationToken);

    /// <summary>Gives up what is under way.</summary>
    public abstract void Dispose();
}

/// <summary>What a call knows when it begins.</summary>
/// <param name="Method">The path on the wire.</param>
/// <param name="Host">The authority to ask for; null: that of the channel.</param>
/// <param name="Headers">Metadata to send.</param>
/// <param name="Timeout">How long the caller waits.</param>
internal sealed record ClientHead(string Method, string? Host, Metadata? Headers, TimeSpan? Timeout);

/// <summary>An answer under way.</summary>
/// <param name="Headers">Its headers.</param>
/// <param name="Messages">Framed responses.</param>
/// <param name="Outcome">Status and trailers; asked once, after the last message.</param>
internal sealed record ClientAnswer(
    Metadata Headers, PipeReader Messages, Func<(Status Status, Metadata Trailers)> Outcome);
