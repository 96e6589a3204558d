using System.Text;

namespace Samtala.Hypercore.Bees;

/// <content>Puts, deletes and batches.</content>
public sealed partial class Bee
{
    /// <summary>Puts a key. The first write to an empty log puts the header before it.</summary>
    /// <param name="key">Copied. With the prefix at most <see cref="BeeLimits.KeySizeMax"/> bytes.</param>
    /// <param name="value">Must not change until the call completes. Null puts the key without a value.</param>
    /// <param name="write">Null is durable and without a condition.</param>
    /// <param name="cancellationToken">Gives up waiting; the put may still be done.</param>
    /// <returns>False when the condition, or the same value being there, left everything as it was.</returns>
    /// <exception cref="InvalidOperationException">This is a fixed version, or the log belongs to somebody else.
    /// </exception>
    public async ValueTask<bool> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        BeeWrite? write = null,
        CancellationToken cancellationToken = default)
    {
        write ??= BeeWrite.Default;
        await using BeeBatch batch = BeginBatch();
        bool done = await batch.PutAsync(key, value, write, cancellationToken).ConfigureAwait(false);
        await batch.FlushAsync(write.Durability, cancellationToken).ConfigureAwait(false);
        return done;
    }

    /// <summary>Puts text under a key given as text.</summary>
    /// <param name="key">Becomes UTF-8.</param>
    /// <param name="value">Becomes UTF-8.</param>
    /// <param name="cancellationToken">Gives up waiting; the put may still be done.</param>
    /// <returns>False when the same value being there left everything as it was.</returns>
    /// <exception cref="InvalidOperationException">This is a fixed version, or the log belongs to somebody else.
    /// </exception>
    public ValueTask<bool> PutAsync(string key, string value, CancellationToken cancellationToken = default) =>
        PutAsync(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), null, cancellationToken);

    /// <summary>Takes a key away.</summary>
    /// <param name="key">Copied.</param>
    /// <param name="write">Null is durable and without a condition; a condition is asked only when the key is there.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; the delete may still be done.</param>
    /// <returns>False when the key is not there, or the condition left it.</returns>
    /// <exception cref="InvalidOperationException">This is a fixed version, or the log belongs to somebody else.
    /// </exception>
    public async ValueTask<bool> DeleteAsync(
        ReadOnlyMemory<byte> key, BeeWrite? write = null, CancellationToken cancellationToken = default)
    {
        write ??= BeeWrite.Default;
        await using BeeBatch batch = BeginBatch();
        bool done = await batch.DeleteAsync(key, write, cancellationToken).ConfigureAwait(false);
        await batch.FlushAsync(write.Durability, cancellationToken).ConfigureAwait(false);
        return done;
    }

    /// <summary>Takes a key given as text away.</summary>
    /// <param name="key">Becomes UTF-8.</param>
    /// <param name="cancellationToken">Gives up waiting; the delete may still be done.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="InvalidOperationException">This is a fixed version, or the log belongs to somebody else.
    /// </exception>
    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        DeleteAsync(Encoding.UTF8.GetBytes(key), null, cancellationToken);

    /// <summary>Begins several changes that are written together.</summary>
    /// <returns>The caller flushes and disposes it.</returns>
    /// <exception cref="InvalidOperationException">This is a fixed version.</exception>
    public BeeBatch BeginBatch() => IsCheckout
        ? throw new InvalidOperationException($"Version {_checkout} is fixed; write to the bee it was taken from.")
        : new BeeBatch(_shared, _prefix);

    /// <summary>Makes everything written before this call durable.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        _shared.Log.FlushAsync(cancellationToken);
}
