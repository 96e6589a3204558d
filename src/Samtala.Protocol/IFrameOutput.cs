namespace Samtala.Protocol;

/// <summary>Where a <see cref="Protomux"/> writes its frames: bytes are filled in place, then sealed there.</summary>
/// <remarks>Everything but <see cref="Gate"/> is called with that lock held and must not call back.</remarks>
public interface IFrameOutput
{
    /// <summary>Guards this output and everything that writes to it.</summary>
    Lock Gate { get; }

    /// <summary>Whether so much waits to be sent that producing should pause.</summary>
    bool IsCongested { get; }

    /// <summary>Room for the next frame; asked for again, the room before is forgotten.</summary>
    /// <param name="sizeMin">Least bytes of the room, 0 to <see cref="SecretStreamOptions.MessageSizeMax"/>.</param>
    Memory<byte> BeginFrame(int sizeMin);

    /// <summary>Sends the first bytes of the room as one frame.</summary>
    /// <param name="size">0 to the size of the room.</param>
    void EndFrame(int size);

    /// <summary>Ends the stream; what was sent before may be lost.</summary>
    /// <param name="reason">What happened, for people.</param>
    void Abort(string reason);
}
