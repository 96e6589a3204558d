using System.ComponentModel.DataAnnotations;

namespace Samtala.Protocol;

/// <summary>What one peer may cost. Passing a limit ends the stream with a reason, unless said otherwise.</summary>
public sealed record ProtomuxOptions
{
    /// <summary>Most channels open at a time, on this side and on the other.</summary>
    /// <value>Default 16,384.</value>
    [Range(1, 1_048_576)]
    public int ChannelsMax { get; init; } = 16_384;

    /// <summary>Most opens of the other side that wait for an answer from this one, also those that were closed again
    /// before it.</summary>
    /// <value>Default 4,096.</value>
    [Range(1, 65_536)]
    public int BacklogMax { get; init; } = 4_096;

    /// <summary>Most bytes kept for channels whose opening is not decided, each message counted with
    /// <see cref="MessageCostBytes"/> more.</summary>
    /// <value>Default 4 MiB.</value>
    [Range(65_536, 268_435_456)]
    public int BufferedBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Above so many kept bytes <see cref="Protomux.IsInputHeld"/> asks for reading to pause.</summary>
    /// <value>Default 32,768, as in the reference.</value>
    [Range(0, 268_435_456)]
    public int BufferedBytesPause { get; init; } = 32_768;

    /// <summary>Longest protocol name the other side may open, in bytes.</summary>
    /// <value>Default 1,024.</value>
    [Range(1, 65_536)]
    public int ProtocolSizeMax { get; init; } = 1_024;

    /// <summary>Longest channel id the other side may open, in bytes.</summary>
    /// <value>Default 256.</value>
    [Range(0, 65_536)]
    public int IdSizeMax { get; init; } = 256;

    /// <summary>Longest handshake of an open of the other side, in bytes.</summary>
    /// <value>Default 65,536.</value>
    [Range(0, 1_048_576)]
    public int HandshakeSizeMax { get; init; } = 65_536;

    /// <summary>What one kept message counts beside its payload, in bytes.</summary>
    public const int MessageCostBytes = 512;
}
