using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Samtala.Crypto;

/// <summary>One side of a Noise handshake whose keys are Ed25519 pairs: Noise_*_Ed25519_ChaChaPoly_BLAKE2b.</summary>
/// <remarks>
/// Not thread-safe. Source: the Noise specification, revision 34, with the curve of noise-curve-ed: the same pair signs
/// and agrees. A message that is refused ends the handshake and wipes every key.
/// </remarks>
public sealed class NoiseHandshake : IDisposable
{
    /// <summary>Longest message in bytes.</summary>
    public const int MessageSizeMax = 65_535;

    private readonly NoiseSettings _settings;
    private readonly NoiseToken[][] _messages;
    private readonly NoiseSymmetricState _state;
    private readonly SecretSlab _slab;
    private readonly RandomNumberGenerator _random;
    private SecretKey? _ephemeral;
    private PublicKey? _remoteEphemeral;
    private PublicKey? _remoteStatic;
    private NoiseKeys? _keys;
    private int _step;

    /// <summary>Begins.</summary>
    /// <param name="settings">What this side brings.</param>
    /// <param name="slab">Where the passing key lies.</param>
    /// <param name="random">Where the passing key comes from.</param>
    /// <exception cref="ArgumentException">A key the pattern needs is missing.</exception>
    public NoiseHandshake(NoiseSettings settings, SecretSlab slab, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(slab);
        ArgumentNullException.ThrowIfNull(random);
        Require(settings);
        _settings = settings;
        _slab = slab;
        _random = random;
        _messages = NoisePatterns.MessagesOf(settings.Pattern);
        string name = $"Noise_{settings.Pattern}_Ed25519_ChaChaPoly_BLAKE2b";
        _state = new NoiseSymmetricState(System.Text.Encoding.ASCII.GetBytes(name), settings.Prologue.Span);
        if (!NoisePatterns.KnowsResponder(settings.Pattern))
            return;
        PublicKey responder = settings.IsInitiator ? settings.RemoteStatic!.Value : settings.StaticKey!.PublicKey;
        _state.MixHash(responder.Bytes);
        if (settings.IsInitiator)
            _remoteStatic = responder;
    }

    /// <summary>Whether this side writes the next message.</summary>
    public bool IsWriteNext => !IsFailed && !IsComplete && _step % 2 == (_settings.IsInitiator ? 0 : 1);

    /// <summary>Whether all messages were exchanged.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether a message was refused; there are no keys and will be none.</summary>
    public bool IsFailed { get; private set; }

    internal ReadOnlySpan<byte> Digest => _state.Digest;

    internal ReadOnlySpan<byte> ChainingKey => _state.ChainingKey;

    /// <summary>Writes the next message.</summary>
    /// <param name="payload">Sent along; encrypted as soon as the pattern has a key.</param>
    /// <param name="message">The message; empty when refused.</param>
    /// <returns>False when the other side's key is no usable point: the handshake has failed.</returns>
    /// <exception cref="InvalidOperationException">It is the other side's turn.</exception>
    /// <exception cref="ArgumentException">The message would exceed <see cref="MessageSizeMax"/>.</exception>
    public bool TryWrite(ReadOnlySpan<byte> payload, out byte[] message)
    {
        if (!IsWriteNext)
            throw new InvalidOperationException("It is not this side's turn to write.");
        NoiseToken[] tokens = _messages[_step];
        int sizeMax = payload.Length + (tokens.Length * (PublicKey.Size + NoiseSymmetricState.TagSize));
        if (sizeMax > MessageSizeMax)
            throw new ArgumentException($"A payload of {payload.Length} bytes is too long.", nameof(payload));

        Span<byte> buffer = new byte[sizeMax + NoiseSymmetricState.TagSize];
        int size = 0;
        message = [];
        foreach (NoiseToken token in tokens)
        {
            switch (token)
            {
                case NoiseToken.E:
                    _ephemeral ??= SecretKey.Generate(_slab, _random);
                    size += WriteEphemeral(_ephemeral.PublicKey, buffer[size..]);
                    break;
                case NoiseToken.S:
                    size += _state.EncryptAndHash(_settings.StaticKey!.PublicKey.Bytes, buffer[size..]);
                    break;
                default:
                    if (!TryMix(token))
                        return Fail();
                    break;
            }
        }

        size += _state.EncryptAndHash(payload, buffer[size..]);
        message = buffer[..size].ToArray();
        FinishStep();
        return true;
    }

    /// <summary>Reads the other side's message.</summary>
    /// <param name="message">Any bytes.</param>
    /// <param name="payload">What was sent along; empty when refused.</param>
    /// <returns>False when the message is not acceptable: the handshake has failed.</returns>
    /// <exception cref="InvalidOperationException">It is this side's turn, or the handshake has ended.</exception>
    public bool TryRead(ReadOnlySpan<byte> message, out byte[] payload)
    {
        if (IsFailed || IsComplete || IsWriteNext)
            throw new InvalidOperationException("No message is expected.");
        payload = [];
        if (message.Length > MessageSizeMax)
            return Fail();
        ReadOnlySpan<byte> rest = message;
        foreach (NoiseToken token in _messages[_step])
        {
            bool valid = token switch
            {
                NoiseToken.E => TryReadEphemeral(ref rest),
                NoiseToken.S => TryReadStatic(ref rest),
                _ => TryMix(token),
            };
            if (!valid)
                return Fail();
        }

        int size = rest.Length - (_state.HasKey ? NoiseSymmetricState.TagSize : 0);
        if (size < 0)
            return Fail();
        byte[] text = new byte[size];
        if (!_state.TryDecryptAndHash(rest, text))
            return Fail();
        payload = text;
        FinishStep();
        return true;
    }

    /// <summary>The result of a complete handshake; the caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">Not complete, or taken before.</exception>
    public NoiseKeys TakeKeys()
    {
        NoiseKeys keys = _keys ?? throw new InvalidOperationException("There are no keys to take.");
        _keys = null;
        return keys;
    }

    /// <summary>Wipes everything that was not taken.</summary>
    public void Dispose()
    {
        Wipe();
        _keys?.Dispose();
        _keys = null;
    }

    private static void Require(NoiseSettings settings)
    {
        NoisePattern pattern = settings.Pattern;
        if (settings.StaticKey is null && NoisePatterns.NeedsStaticKey(pattern))
            throw new ArgumentException($"Pattern {pattern} needs a static key.", nameof(settings));
        if (settings.RemoteStatic is null && settings.IsInitiator && NoisePatterns.KnowsResponder(pattern))
            throw new ArgumentException($"Pattern {pattern} needs the responder's key.", nameof(settings));
        if (settings.SharedKey is null == NoisePatterns.HasSharedKey(pattern))
            throw new ArgumentException($"Pattern {pattern} and the shared key do not fit.", nameof(settings));
    }

    private int WriteEphemeral(PublicKey key, Span<byte> target)
    {
        key.Bytes.CopyTo(target);
        MixEphemeral(key);
        return PublicKey.Size;
    }

    private bool TryReadEphemeral(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < PublicKey.Size)
            return false;
        PublicKey key = new(rest[..PublicKey.Size]);
        rest = rest[PublicKey.Size..];
        _remoteEphemeral = key;
        MixEphemeral(key);
        return true;
    }

    private void MixEphemeral(PublicKey key)
    {
        _state.MixHash(key.Bytes);
        if (NoisePatterns.HasSharedKey(_settings.Pattern))
            _state.MixKey(key.Bytes);
    }

    private bool TryReadStatic(ref ReadOnlySpan<byte> rest)
    {
        int size = PublicKey.Size + (_state.HasKey ? NoiseSymmetricState.TagSize : 0);
        if (rest.Length < size)
            return false;
        Span<byte> key = stackalloc byte[PublicKey.Size];
        if (!_state.TryDecryptAndHash(rest[..size], key))
            return false;
        rest = rest[size..];
        _remoteStatic = new PublicKey(key);
        return true;
    }

    private bool TryMix(NoiseToken token)
    {
        if (token == NoiseToken.Psk)
        {
            using SecretLease shared = _settings.SharedKey!.Open();
            _state.MixKeyAndHash(shared.Bytes);
            return true;
        }

        // The first letter is the initiator's key, the second the responder's.
        bool isInitiatorStatic = token is NoiseToken.SE or NoiseToken.SS;
        bool isResponderStatic = token is NoiseToken.ES or NoiseToken.SS;
        bool isLocalStatic = _settings.IsInitiator ? isInitiatorStatic : isResponderStatic;
        bool isRemoteStatic = _settings.IsInitiator ? isResponderStatic : isInitiatorStatic;
        return TryMixAgreement(
            isLocalStatic ? _settings.StaticKey : _ephemeral, isRemoteStatic ? _remoteStatic : _remoteEphemeral);
    }

    private bool TryMixAgreement([NotNull] SecretKey? local, PublicKey? remote)
    {
        ArgumentNullException.ThrowIfNull(local);
        if (remote is not { } other)
            return false;
        Span<byte> shared = stackalloc byte[Ed25519.PointSize];
        bool valid = local.TryAgree(other, shared);
        if (valid)
            _state.MixKey(shared);
        CryptographicOperations.ZeroMemory(shared);
        return valid;
    }

    private void FinishStep()
    {
        if (++_step < _messages.Length)
            return;
        Span<byte> keys = stackalloc byte[2 * NoiseKeys.KeySize];
        Span<byte> first = keys[..NoiseKeys.KeySize];
        Span<byte> second = keys[NoiseKeys.KeySize..];
        _state.Split(first, second);
        _keys = _settings.IsInitiator
            ? new NoiseKeys(first, second, _state.Digest, isInitiator: true, _remoteStatic)
            : new NoiseKeys(second, first, _state.Digest, isInitiator: false, _remoteStatic);
        CryptographicOperations.ZeroMemory(keys);
        IsComplete = true;
        Wipe();
    }

    private bool Fail()
    {
        IsFailed = true;
        Wipe();
        return false;
    }

    private void Wipe()
    {
        _state.Dispose();
        _ephemeral?.Dispose();
        _ephemeral = null;
        _remoteEphemeral = null;
    }
}
