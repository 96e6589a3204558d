namespace Samtala.Gateway;

/// <summary>Knows what <c>/l/{ticket}</c> stands for. A ticket reads one resource, for an hour, by GET.</summary>
public interface ILinkTickets
{
    /// <summary>Longest ticket in characters; longer ones are refused unread.</summary>
    const int TicketLengthMax = 128;

    /// <summary>Finds a ticket.</summary>
    /// <param name="ticket">Without <c>/l/</c>.</param>
    /// <returns>Null when the ticket is unknown or expired.</returns>
    LinkTarget? Find(ReadOnlySpan<char> ticket);
}

/// <summary>What a ticket stands for.</summary>
/// <param name="Path">Absolute, with its query if any, such as <c>/v1/blobs/{id}</c>.</param>
/// <param name="Caller">As whom it is read; only scopes that read count.</param>
public sealed record LinkTarget(string Path, Caller Caller);
