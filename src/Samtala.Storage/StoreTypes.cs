using Microsoft.Win32.SafeHandles;

namespace Samtala.Storage;

/// <summary>When a commit completes.</summary>
public enum Durability
{
    /// <summary>After the disk has it: a power cut cannot take it back.</summary>
    Durable,

    /// <summary>When it is visible in memory; durable at the next flush. Never announce such entries.</summary>
    Later,
}

/// <summary>Names one write-once run of bytes for ever, wherever the store keeps it.</summary>
/// <param name="Value">Given by the store, never reused.</param>
public readonly record struct ExtentId(ulong Value);

/// <summary>One key and its value.</summary>
/// <param name="Key">A copy.</param>
/// <param name="Value">A copy.</param>
public readonly record struct StoreEntry(byte[] Key, byte[] Value);

/// <summary>Keys of an ordered keyspace.</summary>
/// <param name="From">First key, inclusive; empty means the beginning.</param>
/// <param name="To">End, exclusive; empty means no end.</param>
/// <param name="Limit">Most entries to return, at least 1.</param>
public readonly record struct ScanRange(ReadOnlyMemory<byte> From, ReadOnlyMemory<byte> To, int Limit);

/// <summary>What a store promises.</summary>
/// <param name="Name">For people: "embedded", "simulated" …</param>
/// <param name="DurableAcknowledgement">Whether a durable commit survives a power cut.</param>
/// <param name="HasFiles">Whether extents can be read by file handle.</param>
public sealed record StoreCapabilities(string Name, bool DurableAcknowledgement, bool HasFiles);

/// <summary>How a commit ended.</summary>
/// <param name="Committed">Whether the batch was applied.</param>
/// <param name="ConflictIndex">The first expectation that failed, in the order they were added; -1 if
/// committed.</param>
public readonly record struct CommitResult(bool Committed, int ConflictIndex)
{
    /// <summary>The batch was applied.</summary>
    public static CommitResult Ok => new(true, -1);
}

/// <summary>The right to act alone under a name.</summary>
/// <param name="Name">What is guarded.</param>
/// <param name="Token">Rises with every grant; a write guarded by an older one must be refused.</param>
/// <param name="ExpiresAt">When it ends unless renewed.</param>
public sealed record Lease(string Name, long Token, DateTimeOffset ExpiresAt);

/// <summary>An extent as a range of a file; the bytes stay in place until disposed.</summary>
public abstract class ExtentView : IDisposable
{
    /// <summary>The open file. Owned by the store.</summary>
    public abstract SafeFileHandle File { get; }

    /// <summary>Where the extent begins in <see cref="File"/>, in bytes.</summary>
    public abstract long Offset { get; }

    /// <summary>How many bytes the extent has.</summary>
    public abstract long Length { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the store move or free the bytes.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>Writes one extent from its first byte to its last.</summary>
public interface IExtentWriter : IAsyncDisposable
{
    /// <summary>The name the extent will have.</summary>
    ExtentId Id { get; }

    /// <summary>Bytes written so far.</summary>
    long Length { get; }

    /// <summary>Appends bytes.</summary>
    /// <param name="bytes">Read during the call only.</param>
    /// <param name="cancellationToken">Gives up; the extent can then only be disposed.</param>
    /// <exception cref="StoreException">The disk refused.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Ends the extent. Its bytes are durable no later than the first batch that names it.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreException">The disk refused.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>The store could not do what was asked; the message says what, where, why and how to fix it.</summary>
public class StoreException : IOException
{
    /// <summary>Names what failed.</summary>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">What the system said, if anything.</param>
    public StoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>Stored bytes are not what was written. They are never returned.</summary>
public sealed class StoreCorruptException : StoreException
{
    /// <summary>Names the damaged object.</summary>
    /// <param name="message">A sentence that names the object and the remedy.</param>
    public StoreCorruptException(string message)
        : base(message)
    {
    }
}
