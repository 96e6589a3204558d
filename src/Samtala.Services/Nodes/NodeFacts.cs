namespace Samtala.Services.Nodes;

/// <summary>What the node is, as far as it does not change while it runs.</summary>
public sealed record NodeFacts
{
    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>This device's public key, 64 hexadecimal digits.</summary>
    public required string Device { get; init; }

    /// <summary>The data folder.</summary>
    public required string Data { get; init; }

    /// <summary>Where REST and the dashboard answer.</summary>
    public required string Http { get; init; }

    /// <summary>Where gRPC answers over TCP.</summary>
    public required string Grpc { get; init; }

    /// <summary>Where other nodes connect, HOST:PORT; empty when nowhere.</summary>
    public string Listen { get; init; } = "";

    /// <summary>The Unix socket.</summary>
    public required string Socket { get; init; }

    /// <summary>Whether the dashboard was built.</summary>
    public required bool HasDashboard { get; init; }
}
