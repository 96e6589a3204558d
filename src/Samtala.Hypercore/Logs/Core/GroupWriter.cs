using Samtala.Hypercore.Logs.Pages;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>Collects changes of one log and takes them to the store, one group after the other.</summary>
/// <remarks>While a group is on its way the next one fills. There is no thread: whoever makes a group due takes it
/// there, unless somebody does so already. A group never ends in the middle of an append.</remarks>
internal sealed partial class GroupWriter
{
    /// <summary>A group of so many blocks goes, however small they are.</summary>
    public const int BlockCountMax = 8192;

    /// <summary>A group of so many drafts goes: the names of their extents must fit its first batch.</summary>
    public const int DraftCountMax = 256;

    /// <summary>From this size on, the next group is filled beside the writing.</summary>
    private const int BulkSize = 64 * 1024;

    private readonly LogEnvironment _environment;
    private readonly LogState _state;
    private readonly LogPages _pages;
    private readonly List<WriteGroup> _later = [];
    private WriteGroup _open;
    private WriteGroup? _underway;
    private Exception? _failure;

    /// <summary>Blocks nobody waited for were lost, and nobody was told yet.</summary>
    private Exception? _untold;
    private bool _isDriving;
    private bool _isChanging;

    public GroupWriter(LogEnvironment environment, LogState state, LogPages pages)
    {
        _environment = environment;
        _state = state;
        _pages = pages;
        _open = new WriteGroup(1, state.Applied);
    }

    /// <summary>Signs heads; null when signatures come with the blocks.</summary>
    public LogSigner? Signer { get; set; }

    /// <summary>Told after a durable change, without a lock.</summary>
    public Action<LogChange>? Changed { get; set; }

    /// <summary>The group that fills.</summary>
    public WriteGroup Open => _open;

    /// <summary>Bytes of blocks that wait. Under the gate.</summary>
    public long WaitingSize => _open.Size + (_underway?.Size ?? 0);

    /// <summary>Begins a change: until its end the open group stays open. Only by the writer.</summary>
    public void BeginChange()
    {
        lock (_state.Gate)
            _isChanging = true;
    }

    /// <summary>Ends a change.</summary>
    /// <param name="due">Whether the group should go now.</param>
    /// <param name="durable">Whether somebody will wait for the disk.</param>
    /// <returns>The group that has the change.</returns>
    /// <exception cref="StoreException">An earlier group failed meanwhile, so the change is gone too.</exception>
    public WriteGroup EndChange(bool due, bool durable)
    {
        WriteGroup group;
        lock (_state.Gate)
        {
            _isChanging = false;
            if (_failure is { } failure)
            {
                _failure = null;
                TakeBack(failure);
                _untold = null;
                throw new StoreException(failure.Message, failure);
            }

            group = _open;
            group.MustBeDurable |= durable;
            group.IsDue |= due;
        }

        Start();
        return group;
    }

    /// <summary>Ends a change that came to nothing.</summary>
    /// <remarks>What it may have taken of drafts stays there unused.</remarks>
    public void AbandonChange() => Restart();

    /// <summary>Ends a time alone: what was in the store then is what the open group continues.</summary>
    public void Restart()
    {
        lock (_state.Gate)
        {
            _isChanging = false;
            if (_failure is { } failure)
            {
                _failure = null;
                TakeBack(failure);
            }
            else if (_open.IsEmpty)
            {
                _open.Follow(_state.Applied);
            }
        }

        Start();
    }

    /// <summary>Tells, once, that blocks which were to be written later are lost.</summary>
    /// <exception cref="StoreException">They are.</exception>
    public void ThrowIfLost()
    {
        if (TakeLoss() is { } error)
            throw new StoreException(error.Message, error);
    }

    /// <summary>The loss nobody was told of, which is told now.</summary>
    public Exception? TakeLoss()
    {
        lock (_state.Gate)
        {
            Exception? error = _untold;
            _untold = null;
            return error;
        }
    }

    /// <summary>Makes what is open due and waits until it and everything before is durable.</summary>
    /// <exception cref="StoreException">The disk refused that, or refused an earlier group nobody waited for.
    /// </exception>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfLost();
        WriteGroup group;
        lock (_state.Gate)
        {
            if (_open.IsEmpty && _underway is null && _later.Count == 0)
                return Task.CompletedTask;
            group = _open;
            group.MustBeDurable = true;
            group.IsDue = true;
        }

        Start();
        return group.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Makes the open group due, as when its delay ended.</summary>
    public void MakeDue(bool durable)
    {
        lock (_state.Gate)
        {
            if (_open.IsEmpty)
                return;
            _open.IsDue = true;
            _open.MustBeDurable |= durable;
        }

        Start();
    }

    /// <summary>Waits until a group has arrived: the one that is on its way, or else the one that fills.</summary>
    public Task WhenRoomAsync()
    {
        Task next;
        lock (_state.Gate)
        {
            if (_underway is { } underway)
                return underway.Done.Task;
            _open.IsDue = true;
            next = _open.Done.Task;
        }

        Start();
        return next;
    }

    private void Start()
    {
        WriteGroup group;
        List<WriteBatch> batches;
        bool isBulk;
        lock (_state.Gate)
        {
            if (_isDriving || _isChanging || !_open.IsDue)
                return;
            _isDriving = true;
            isBulk = _open.Size >= BulkSize;

            // At once, not where the driving goes on: else appends fill a group that is due until they must wait.
            group = Take(out batches);
        }

        _ = DriveAsync(group, batches, isBulk);
    }

    private async Task DriveAsync(WriteGroup group, List<WriteBatch> batches, bool isBulk)
    {
        if (isBulk)
            await Task.Yield();
        while (true)
        {
            try
            {
                await WriteAsync(group, batches);
                End(group);
            }
            catch (Exception e)
            {
                Fail(e);
            }

            lock (_state.Gate)
            {
                if (_isChanging || !_open.IsDue)
                {
                    _isDriving = false;
                    return;
                }

                group = Take(out batches);
            }
        }
    }

    /// <summary>Puts the open group on its way and opens the next. Under the gate.</summary>
    private WriteGroup Take(out List<WriteBatch> batches)
    {
        WriteGroup group = _underway = _open;
        _open = new WriteGroup(group.Number + 1, _state.Applied);
        batches = GroupEncoding.Encode(group, _state);
        return group;
    }

    private async ValueTask WriteAsync(WriteGroup group, List<WriteBatch> batches)
    {
        Durability durability = group.MustBeDurable ? Durability.Durable : Durability.Later;
        if (group.IsEmpty)
        {
            if (group.MustBeDurable && _later.Count > 0)
                await _environment.Store.FlushAsync(CancellationToken.None);
            return;
        }

        // A group that did not grow the log began, perhaps, with a head that was not signed yet; now it is stored.
        if (ReferenceEquals(group.Head, group.HeadBefore))
            group.Head = _state.Stored.Head;
        else if (Signer is { } signer && group.Head.Signature.IsEmpty)
            group.Head = group.Head with { Signature = signer.Sign(group.Head) };
        foreach (ExtentDraft draft in group.Drafts)
        {
            try
            {
                await draft.Writer.WriteAsync(draft.Bytes, CancellationToken.None);
                await draft.Writer.CompleteAsync(CancellationToken.None);
            }
            catch
            {
                await draft.Writer.DisposeAsync();
                throw;
            }

            batches[0].AddExtent(draft.Writer.Id);
            ulong size = (ulong)draft.Size + (ulong)draft.Count;
            new ExtentUse(_state.Number, size, size, draft.Pages.First, draft.Pages.Last)
                .Put(batches[0], draft.Extent);
        }

        LogRecord record = _state.Stored with
        {
            Head = group.Head,
            ContiguousLength = group.ContiguousAfter,
            GarbageEnd = 0,
        };
        if (batches.Count > 1)
        {
            // Until the last batch the log is as before, and what lies beyond its length is rubbish to be removed.
            LogRecord before = _state.Stored with { GarbageEnd = group.Head.Length };
            ChunkedValue.Put(batches[0], LogKeyspaces.Heads, _state.Number, before.Encode());
        }

        ChunkedValue.Put(batches[^1], LogKeyspaces.Heads, _state.Number, record.Encode());
        await CommitAsync(batches, durability, group.Head.Length);
        group.Record = record;
    }

    private async ValueTask CommitAsync(List<WriteBatch> batches, Durability durability, ulong end)
    {
        int count = 0;
        try
        {
            for (; count < batches.Count; count++)
            {
                bool isLast = count == batches.Count - 1;
                await _environment.Store.CommitAsync(
                    batches[count], isLast ? durability : Durability.Later, CancellationToken.None);
            }
        }
        catch when (count > 0)
        {
            // Not before it failed: rubbish is for the next writer to remove, and a group underway is none.
            _state.Stored = _state.Stored with { GarbageEnd = end };
            throw;
        }
    }
}
