using Samtala.Hypercore.Logs.Core;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs;

/// <summary>Blocks that are appended together, and can be read before that.</summary>
/// <remarks>Not thread-safe. Nothing is in the log before <see cref="AppendAsync"/>; dropping the batch drops the
/// blocks.</remarks>
public sealed class LogBatch
{
    private readonly Log _log;
    private readonly LogHead _head;
    private readonly List<ReadOnlyMemory<byte>> _blocks = [];
    private bool _isEnded;

    internal LogBatch(Log log, LogHead head)
    {
        _log = log;
        _head = head;
    }

    /// <summary>Length of the log with the blocks of this batch.</summary>
    public ulong Length => _head.Length + (ulong)_blocks.Count;

    /// <summary>Adds a block.</summary>
    /// <param name="block">Copied.</param>
    /// <returns>The index it will have.</returns>
    /// <exception cref="InvalidOperationException">The batch was appended.</exception>
    public ulong Add(ReadOnlyMemory<byte> block)
    {
        if (_isEnded)
            throw new InvalidOperationException("This batch was appended; begin another.");
        _blocks.Add(block.ToArray());
        return Length - 1;
    }

    /// <summary>Reads a block of this batch, or of the log below it.</summary>
    /// <param name="index">Which.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A copy; null when it is not here.</returns>
    public ValueTask<byte[]?> GetAsync(ulong index, CancellationToken cancellationToken = default)
    {
        if (index < _head.Length)
            return _log.GetAsync(index, default, cancellationToken);
        ulong place = index - _head.Length;
        return new(place < (ulong)_blocks.Count ? _blocks[(int)place].ToArray() : null);
    }

    /// <summary>Appends all blocks or none.</summary>
    /// <param name="durability">When the call completes.</param>
    /// <param name="cancellationToken">Gives up waiting; the blocks may be appended all the same.</param>
    /// <returns>The index of the first.</returns>
    /// <exception cref="LogException">The log changed since the batch began (<see cref="LogProblem.Conflict"/>), or
    /// cannot be written.</exception>
    /// <exception cref="StoreException">The disk refused; the blocks are gone.</exception>
    public async ValueTask<ulong> AppendAsync(
        Durability durability = Durability.Durable, CancellationToken cancellationToken = default)
    {
        if (_isEnded)
            throw new InvalidOperationException("This batch was appended; begin another.");
        ulong first = await _log.AppendAsync(_blocks, new AppendTerms(durability, null, _head), cancellationToken);
        _isEnded = true;
        return first;
    }
}
