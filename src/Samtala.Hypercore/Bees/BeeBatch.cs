using Samtala.Storage;

namespace Samtala.Hypercore.Bees;

/// <summary>Several puts and deletes that become visible and durable together, or not at all.</summary>
/// <remarks>Other writers of the bee wait from the first operation until the flush or the disposal. One caller at a
/// time. Everything is in memory until the flush.</remarks>
public sealed class BeeBatch : IAsyncDisposable
{
    private readonly BeeShared _shared;
    private readonly ReadOnlyMemory<byte> _prefix;
    private BeeReader? _reader;
    private BeeWriter? _writer;
    private bool _isDone;

    internal BeeBatch(BeeShared shared, ReadOnlyMemory<byte> prefix)
    {
        _shared = shared;
        _prefix = prefix;
    }

    /// <summary>How many operations will be written.</summary>
    public int Count => _writer?.Count ?? 0;

    /// <summary>Puts a key.</summary>
    /// <param name="key">Copied. With the prefix at most <see cref="BeeLimits.KeySizeMax"/> bytes.</param>
    /// <param name="value">Kept until the flush; do not change it. Null puts the key without a value.</param>
    /// <param name="write">Only its condition counts here.</param>
    /// <param name="cancellationToken">Gives up waiting for other writers or for peers.</param>
    /// <returns>False when the condition, or the same value being there, left everything as it was.</returns>
    /// <exception cref="InvalidOperationException">The batch was flushed, or the log cannot be written.</exception>
    /// <exception cref="BeeCorruptException">What is in the log is no bee.</exception>
    public async ValueTask<bool> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        BeeWrite? write = null,
        CancellationToken cancellationToken = default)
    {
        BeeWriter writer = _writer ?? await BeginAsync(cancellationToken).ConfigureAwait(false);
        return await writer.PutAsync(Whole(key), value, Condition(write), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a key away.</summary>
    /// <param name="key">Copied.</param>
    /// <param name="write">Only its condition counts here; it is not asked when the key is not there.</param>
    /// <param name="cancellationToken">Gives up waiting for other writers or for peers.</param>
    /// <returns>False when the key is not there, or the condition left it.</returns>
    /// <exception cref="InvalidOperationException">The batch was flushed, or the log cannot be written.</exception>
    /// <exception cref="BeeCorruptException">What is in the log is no bee.</exception>
    public async ValueTask<bool> DeleteAsync(
        ReadOnlyMemory<byte> key, BeeWrite? write = null, CancellationToken cancellationToken = default)
    {
        BeeWriter writer = _writer ?? await BeginAsync(cancellationToken).ConfigureAwait(false);
        return await writer.DeleteAsync(Whole(key), Condition(write), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a key as this batch has it.</summary>
    /// <param name="key">Read during the call.</param>
    /// <param name="cancellationToken">Gives up waiting for other writers or for peers.</param>
    /// <returns>Null when the key is not there.</returns>
    /// <exception cref="BeeCorruptException">What is in the log is no bee.</exception>
    public async ValueTask<BeeEntry?> GetAsync(
        ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        BeeWriter writer = _writer ?? await BeginAsync(cancellationToken).ConfigureAwait(false);
        BeeBlockOrPending? found = await writer.FindAsync(Whole(key), cancellationToken).ConfigureAwait(false);
        return found?.ToEntry(_prefix.Length);
    }

    /// <summary>Writes everything as one append and lets the next writer in. The batch cannot be used again.</summary>
    /// <param name="durability">When the call completes.</param>
    /// <param name="cancellationToken">Gives up waiting; the batch may still be written.</param>
    /// <exception cref="InvalidOperationException">Somebody else appended to the log meanwhile; nothing was written.
    /// </exception>
    public async ValueTask FlushAsync(
        Durability durability = Durability.Durable, CancellationToken cancellationToken = default)
    {
        if (_writer is not { } writer || _reader is not { } reader)
        {
            _isDone = true;
            return;
        }

        try
        {
            if (_shared.Log.Length != writer.BaseLength || _shared.Log.Fork != reader.Fork)
            {
                throw new InvalidOperationException(
                    $"The log had {writer.BaseLength} blocks when the batch began and has {_shared.Log.Length} now; "
                        + "only one bee may write to it. Begin the batch again.");
            }

            if (writer.Count == 0)
                return;
            IReadOnlyList<ReadOnlyMemory<byte>> blocks = writer.ToBlocks();
            await _shared.Log.AppendAsync(blocks, durability, cancellationToken).ConfigureAwait(false);
            Remember(reader, writer.BaseLength, blocks);
        }
        catch
        {
            _shared.Forget();
            throw;
        }
        finally
        {
            End();
        }
    }

    /// <summary>Forgets what was not flushed and lets the next writer in.</summary>
    public ValueTask DisposeAsync()
    {
        End();
        return default;
    }

    private static void Remember(BeeReader reader, ulong seq, IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        foreach (ReadOnlyMemory<byte> bytes in blocks)
        {
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array);
            if (BeeBlock.TryRead(seq++, array.Array!, out _) is { } block)
                reader.Add(block);
        }
    }

    private async ValueTask<BeeWriter> BeginAsync(CancellationToken cancellationToken)
    {
        if (_isDone)
            throw new InvalidOperationException("The batch was flushed or disposed; begin another one.");
        IBeeLog log = _shared.Log;
        if (!log.IsWritable)
            throw new InvalidOperationException("The log cannot be written here; only its writer changes a bee.");
        await _shared.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (log.Length == 0)
            {
                // No flush of its own: the append that follows makes the header durable with itself.
                await log.AppendAsync([_shared.Options.Header.Encode()], Durability.Later, cancellationToken)
                    .ConfigureAwait(false);
            }

            _reader = _shared.Reader;
            return _writer = new BeeWriter(_reader, log.Length, !_shared.Options.AlwaysDuplicate);
        }
        catch
        {
            _shared.Turn.Release();
            throw;
        }
    }

    private void End()
    {
        _isDone = true;
        if (_writer is null)
            return;
        _writer = null;
        _shared.Turn.Release();
    }

    private byte[] Whole(ReadOnlyMemory<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length + _prefix.Length, BeeLimits.KeySizeMax, nameof(key));
        byte[] whole = new byte[_prefix.Length + key.Length];
        _prefix.CopyTo(whole);
        key.CopyTo(whole.AsMemory(_prefix.Length));
        return whole;
    }

    private Func<BeeBlockOrPending?, bool>? Condition(BeeWrite? write)
    {
        if (write?.If is not { } condition)
            return null;
        int prefixSize = _prefix.Length;
        return there => condition(there?.ToEntry(prefixSize));
    }
}
