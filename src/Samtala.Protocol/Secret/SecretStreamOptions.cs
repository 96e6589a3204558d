using System.ComponentModel.DataAnnotations;

namespace Samtala.Protocol;

/// <summary>Sizes and times of a <see cref="SecretStream"/>.</summary>
public sealed record SecretStreamOptions
{
    /// <summary>Longest message that a frame can carry, in bytes.</summary>
    public const int MessageSizeMax = ProtocolNumbers.BodySizeMax - Crypto.SecretStreamCipher.OverheadSize;

    /// <summary>Longest message taken from the other side, in bytes; a longer one ends the stream before it is read.
    /// A block of a log has up to 15 MiB and comes with its proof; the reference sends batches of up to 8 MiB and one
    /// message more.</summary>
    /// <value>Default 64 KiB less than 16 MiB.</value>
    [Range(1_024, MessageSizeMax)]
    public int ReceiveSizeMax { get; init; } = (16 * 1024 * 1024) - (64 * 1024);

    /// <summary>Bytes of one piece of output; frames are filled up to it when messages are corked.</summary>
    /// <value>Default 256 KiB.</value>
    [Range(4_096, 8 * 1024 * 1024)]
    public int OutputPieceSize { get; init; } = 256 * 1024;

    /// <summary>Bytes read at once when much comes; less is used when little does.</summary>
    /// <value>Default 256 KiB.</value>
    [Range(4_096, 8 * 1024 * 1024)]
    public int InputSize { get; init; } = 256 * 1024;

    /// <summary>Above so many unsent bytes the stream is congested.</summary>
    /// <value>Default 1 MiB.</value>
    [Range(1, int.MaxValue)]
    public int CongestedBytes { get; init; } = 1024 * 1024;

    /// <summary>Below so many unsent bytes it is no longer congested.</summary>
    /// <value>Default 512 KiB.</value>
    [Range(0, int.MaxValue)]
    public int DrainedBytes { get; init; } = 512 * 1024;

    /// <summary>Most unsent bytes; beyond them the stream ends, because nobody reads the other end.</summary>
    /// <value>Default 64 MiB.</value>
    [Range(65_536, int.MaxValue)]
    public int UnsentBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long the handshake may take.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After so long without sending, an empty message is sent. While on, empty messages of the other side
    /// are not delivered.</summary>
    /// <value>Default 5 seconds, as in the reference; zero is off.</value>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After so long without a byte from the other side the stream ends.</summary>
    /// <value>Default zero: off, because the other side need not send empty messages.</value>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.Zero;
}
