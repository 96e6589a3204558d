namespace Samtala.Protocol;

/// <summary>The one who uses a <see cref="SecretStream"/>.</summary>
public interface ISecretStreamHandler
{
    /// <summary>The handshake is complete; messages may be sent. Called by the one who delivers input.</summary>
    /// <param name="stream">The stream.</param>
    void OnOpen(SecretStream stream);

    /// <summary>A message came. Called by the one who delivers input.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="message">Valid during the call only.</param>
    void OnMessage(SecretStream stream, ReadOnlyMemory<byte> message);

    /// <summary>There is output to be sent, or the stream has closed. Called from any thread with the lock of the
    /// stream held: wake the sender, do not call back.</summary>
    /// <param name="stream">The stream.</param>
    void OnOutput(SecretStream stream);

    /// <summary>The stream is no longer congested. Called by the one who sends output, without the lock.</summary>
    /// <param name="stream">The stream.</param>
    void OnDrain(SecretStream stream);
}
