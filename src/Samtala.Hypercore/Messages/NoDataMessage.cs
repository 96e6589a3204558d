using Samtala.Encodings;

namespace Samtala.Hypercore.Messages;

/// <summary>Why a request was not answered.</summary>
public enum NoDataReason
{
    /// <summary>Not told, or in a way we do not know.</summary>
    None = 0,

    /// <summary>It is not here.</summary>
    NotAvailable = 1,

    /// <summary>It cannot be answered by anybody.</summary>
    InvalidRequest = 2,
}

/// <summary>Answers a request with nothing.</summary>
/// <param name="Request">Its id.</param>
/// <param name="Reason">Why.</param>
public readonly record struct NoDataMessage(ulong Request, NoDataReason Reason)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Size => CompactSize.OfUInt(Request) + (Reason == NoDataReason.None ? 1 : 2);

    /// <summary>Reads a stranger's bytes; older peers end behind the id, unknown flags and what follows are ignored.
    /// </summary>
    /// <param name="source">The payload.</param>
    /// <param name="message">Default when refused.</param>
    /// <returns>False when cut short.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out NoDataMessage message)
    {
        message = default;
        CompactReader reader = new(source.Span);
        if (!reader.TryReadUInt(out ulong request))
            return false;
        ulong flags = 0;
        ulong reason = 0;
        if (!reader.IsAtEnd && !reader.TryReadUInt(out flags))
            return false;
        if ((flags & 1) != 0 && !reader.TryReadUInt(out reason))
            return false;
        bool isKnown = reason <= (ulong)NoDataReason.InvalidRequest;
        message = new NoDataMessage(request, isKnown ? (NoDataReason)reason : NoDataReason.None);
        return true;
    }

    /// <summary>Writes the message.</summary>
    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        CompactWriter writer = new(target);
        writer.WriteUInt(Request);
        writer.WriteUInt(Reason == NoDataReason.None ? 0UL : 1);
        if (Reason != NoDataReason.None)
            writer.WriteUInt((ulong)Reason);
    }
}
