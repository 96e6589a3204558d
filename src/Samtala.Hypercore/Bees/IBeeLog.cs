using Samtala.Storage;

namespace Samtala.Hypercore.Bees;

/// <summary>What a bee needs of a log. A log is one; tests put a list here.</summary>
internal interface IBeeLog
{
    /// <summary>Blocks.</summary>
    ulong Length { get; }

    /// <summary>Changes whenever blocks are taken back.</summary>
    ulong Fork { get; }

    bool IsWritable { get; }

    /// <summary>Whether a block can be read without asking a peer.</summary>
    bool Has(ulong index);

    /// <summary>Null when the block is not here and nobody can be asked.</summary>
    ValueTask<byte[]?> ReadAsync(ulong index, CancellationToken cancellationToken);

    ValueTask AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, Durability durability, CancellationToken cancellationToken);

    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Something at once, and something again whenever length or fork may have changed.</summary>
    IAsyncEnumerable<bool> ChangesAsync(CancellationToken cancellationToken);
}
