namespace Samtala.Protocol;

/// <summary>The one who uses a <see cref="Channel"/>.</summary>
/// <remarks>Called without the lock of the mux, one call at a time for all channels of a mux, except for
/// <see cref="OnDrain"/> and for <see cref="OnClose"/> inside <see cref="Channel.Close"/>, which may come from other
/// threads meanwhile. An exception that escapes destroys the mux.</remarks>
public interface IChannelHandler
{
    /// <summary>The other side opened too.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="handshake">What the other side's open carried; valid during the call only.</param>
    void OnOpen(Channel channel, ReadOnlyMemory<byte> handshake);

    /// <summary>A message came. Types the handler does not know are to be ignored; a malformed payload is answered
    /// with <see cref="Protomux.Destroy"/>.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="type">What the other side says it is.</param>
    /// <param name="payload">A stranger's bytes; valid during the call only.</param>
    void OnMessage(Channel channel, ulong type, ReadOnlyMemory<byte> payload);

    /// <summary>The channel has closed; called exactly once.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="byRemote">False when this side called <see cref="Channel.Close"/>; true when the other side closed
    /// or rejected it, or the stream ended.</param>
    void OnClose(Channel channel, bool byRemote);

    /// <summary>So much of the output was sent that <see cref="Channel.IsWritable"/> is true again.</summary>
    /// <param name="channel">The channel.</param>
    void OnDrain(Channel channel);
}
