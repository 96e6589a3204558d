namespace Samtala.Crypto;

/// <summary>What one side brings to a <see cref="NoiseHandshake"/>.</summary>
public sealed record NoiseSettings
{
    /// <summary>Who shows which key when; both sides must agree.</summary>
    /// <value>Default <see cref="NoisePattern.XX"/>.</value>
    public NoisePattern Pattern { get; init; } = NoisePattern.XX;

    /// <summary>Whether this side speaks first.</summary>
    public required bool IsInitiator { get; init; }

    /// <summary>This side's lasting key; not disposed by the handshake.</summary>
    /// <value>Null only where the pattern shows none.</value>
    public SecretKey? StaticKey { get; init; }

    /// <summary>The responder's key, for an initiator whose pattern must know it.</summary>
    /// <value>Null where the pattern does not.</value>
    public PublicKey? RemoteStatic { get; init; }

    /// <summary>Bytes both sides must know; not secret.</summary>
    /// <value>Default empty.</value>
    public ReadOnlyMemory<byte> Prologue { get; init; }

    /// <summary>The shared secret of the psk0 patterns; the handshake does not dispose it.</summary>
    /// <value>Null for all other patterns.</value>
    public SymmetricKey? SharedKey { get; init; }
}
