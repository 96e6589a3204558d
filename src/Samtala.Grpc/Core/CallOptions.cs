using System.Runtime.InteropServices;

namespace Grpc.Core;

/// <summary>What a client says of one call.</summary>
[StructLayout(LayoutKind.Auto)]
public struct CallOptions
{
    /// <summary>Options of a call.</summary>
    /// <param name="headers">Metadata to send; null is none.</param>
    /// <param name="deadline">When the call ends at the latest, UTC; null is never.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <param name="writeOptions">How requests are written.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
    }

    /// <summary>Metadata to send.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call ends at the latest, UTC.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Gives the call up.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>How requests are written.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>The same with other headers.</summary>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same with another deadline.</summary>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same with another token.</summary>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>The same with other write options.</summary>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) =>
        this with { WriteOptions = writeOptions };
}
