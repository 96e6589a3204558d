namespace Samtala.Services.State;

/// <summary>One durable change, as watchers see it.</summary>
/// <param name="Revision">Rises with every change; the resume token.</param>
/// <param name="Key">The stored key.</param>
/// <param name="Record">What was written; null when deleted.</param>
internal sealed record StateChange(long Revision, byte[] Key, StateRecord? Record)
{
    /// <summary>Roughly what it occupies in memory, in bytes.</summary>
    public int Size => 64 + Key.Length + (Record?.Content.Length ?? 0);
}
