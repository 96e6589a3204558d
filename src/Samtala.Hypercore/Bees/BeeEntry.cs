using System.Text;

namespace Samtala.Hypercore.Bees;

/// <summary>A key with its value, as some version of a bee has it.</summary>
/// <remarks>The bytes are views of a block that others may be reading too: read them, never write.</remarks>
public sealed class BeeEntry
{
    internal BeeEntry(ulong seq, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        Seq = seq;
        Key = key;
        Value = value;
    }

    /// <summary>The block of the log that put it, at least 1.</summary>
    public ulong Seq { get; }

    /// <summary>The key, without the prefix of a sub-database.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>The value; null when the key was put without one.</summary>
    public ReadOnlyMemory<byte>? Value { get; }

    /// <summary>The key as UTF-8; other bytes become U+FFFD.</summary>
    public string KeyText => Encoding.UTF8.GetString(Key.Span);

    /// <summary>The value as UTF-8, or null; other bytes become U+FFFD.</summary>
    public string? ValueText => Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}

/// <summary>What one block of a bee did.</summary>
/// <param name="Entry">The key, and the value if it was put.</param>
/// <param name="IsDeletion">Whether the key was taken away.</param>
public sealed record BeeHistoryEntry(BeeEntry Entry, bool IsDeletion);

/// <summary>A key that two versions have differently.</summary>
/// <param name="Left">As the version has it on which the difference was asked; null when it has not.</param>
/// <param name="Right">As the other version has it; null when it has not.</param>
public sealed record BeeDifference(BeeEntry? Left, BeeEntry? Right);
