namespace Samtala.Protocol;

/// <summary>Numbers that the wire fixes; see docs/protocol/secret-stream.md and docs/protocol/protomux.md.</summary>
internal static class ProtocolNumbers
{
    /// <summary>Bytes of the length before every frame, little-endian.</summary>
    internal const int LengthSize = 3;

    /// <summary>Longest body of a frame that the length can say.</summary>
    internal const int BodySizeMax = (1 << 24) - 1;

    internal const ulong ControlChannel = 0;
    internal const ulong ControlBatch = 0;
    internal const ulong ControlOpen = 1;
    internal const ulong ControlReject = 2;
    internal const ulong ControlClose = 3;
}
