using Samtala.Hypercore.Logs.Pages;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <content>Closing, deleting, and what the application keeps beside the blocks.</content>
internal sealed partial class LogCore
{
    private volatile bool _isClosed;

    /// <summary>Writes what waits. Nothing is taken any more.</summary>
    public async ValueTask CloseAsync()
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            _isClosed = true;
            if (_delay is not null)
                await _delay.DisposeAsync();

            // What was lost before is told, but what came after it is written all the same.
            Exception? loss = _writer.TakeLoss();
            await _writer.FlushAsync(CancellationToken.None);
            if (loss is not null)
                throw new StoreException(loss.Message, loss);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives all space back. Nobody else uses the log.</summary>
    public async ValueTask EraseAsync()
    {
        LogHead empty = LogHead.Empty with { Fork = _state.Stored.Head.Fork };
        await RunAloneAsync(() => _trimmer.CutAsync(empty, CancellationToken.None));
        lock (_state.Gate)
            _pages.Forget();
    }

    /// <summary>The pairs of the application.</summary>
    public async ValueTask<LogUserData> ReadUserDataAsync(CancellationToken cancellationToken)
    {
        byte[]? value = await _environment.Store.GetAsync(
            LogKeyspaces.UserData, LogKeyspaces.NumberKey(Number), cancellationToken);
        return LogUserData.TryDecode(value, out LogUserData data)
            ? data
            : throw LogErrors.DamagedRecord(LogKeyspaces.UserData.Name, Number);
    }

    /// <summary>Sets or removes one pair, durably.</summary>
    public async ValueTask SetUserDataAsync(
        string name, ReadOnlyMemory<byte>? value, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            LogUserData data = await ReadUserDataAsync(cancellationToken);
            WriteBatch batch = new();
            batch.Put(
                LogKeyspaces.UserData, LogKeyspaces.NumberKey(Number), data.With(name, value).Encode());
            await _environment.Store.CommitAsync(batch, Durability.Durable, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
