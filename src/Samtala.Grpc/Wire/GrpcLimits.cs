namespace Samtala.Grpc.Wire;

/// <summary>Every limit of a call, in one place.</summary>
public sealed record GrpcLimits
{
    /// <summary>Default of <see cref="ReceiveMessageSizeMax"/>, in bytes: 4 MiB, as other implementations.</summary>
    public const int ReceiveMessageSizeMaxDefault = 4 * 1024 * 1024;

    /// <summary>Bytes before each message: a flag and a big-endian length.</summary>
    public const int FrameHeaderSize = 5;

    /// <summary>Bytes a status message may have on the wire before it is cut.</summary>
    public const int StatusMessageSizeMax = 4 * 1024;

    /// <summary>Bytes of grpc-status-details-bin; larger details are left out, code and message still go.</summary>
    public const int StatusDetailsSizeMax = 6 * 1024;

    /// <summary>The defaults.</summary>
    public static GrpcLimits Default { get; } = new();

    /// <summary>Bytes one incoming message may have; a longer one ends the call with RESOURCE_EXHAUSTED.</summary>
    /// <value>Default 4 MiB. Valid 1 to 2^31 - 1.</value>
    public int ReceiveMessageSizeMax { get; init; } = ReceiveMessageSizeMaxDefault;
}
