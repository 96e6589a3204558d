using Samtala.Hypercore.Tree;

namespace Samtala.Hypercore.Logs.Core;

/// <content>How a group ends: in the store, and told; or taken back.</content>
internal sealed partial class GroupWriter
{
    private void End(WriteGroup group)
    {
        List<LogChange> changes = [];
        lock (_state.Gate)
        {
            _underway = null;
            _pages.MarkWritten(group);
            if (group.Record is { } record)
            {
                _state.Stored = record;
                if (_state.Applied.Roots == group.Head.Roots && _state.Applied.Fork == group.Head.Fork)
                    _state.Applied = group.Head;
            }

            foreach (ExtentDraft draft in group.Drafts)
            {
                _state.Drafts.Remove(draft.Extent);
                draft.Dispose();
            }

            // What waits for a flush must not hold the memory of what is written.
            group.Pages.Clear();
            group.Drafts.Clear();
            _later.Add(group);
            if (group.MustBeDurable)
            {
                foreach (WriteGroup done in _later)
                    Publish(done, changes);
                _later.Clear();
            }
        }

        // Before those who wait go on: what they do next is told after this.
        foreach (LogChange change in changes)
            Tell(change);
        group.Done.TrySetResult();
    }

    private void Tell(in LogChange change)
    {
        try
        {
            Changed?.Invoke(change);
        }
        catch (Exception)
        {
            // What is told is durable already: a listener that fails must not stop the log.
        }
    }

    private void Publish(WriteGroup group, List<LogChange> changes)
    {
        LogHead before = _state.Durable;
        if (group.Record is not null)
            _state.Durable = group.Head;
        foreach ((ulong start, ulong count) in group.Blocks)
            _state.SetDurable(start, count);
        LogHead head = _state.Durable;
        if (head.Length > before.Length)
        {
            changes.Add(new LogChange(
                LogChangeKind.Appended, before.Length, head.Length - before.Length, head.Length, head.Fork));
        }

        if (!group.IsDownload)
            return;
        foreach ((ulong start, ulong count) in group.Blocks)
            changes.Add(new LogChange(LogChangeKind.Downloaded, start, count, head.Length, head.Fork));
    }

    private void Fail(Exception error)
    {
        lock (_state.Gate)
        {
            // In the middle of a change its writer takes everything back when it is done.
            if (_isChanging)
                _failure = error;
            else
                TakeBack(error);
        }
    }

    /// <summary>Goes back to what the store has. Under the gate.</summary>
    private void TakeBack(Exception error)
    {
        List<WriteGroup> lost = _underway is { } underway ? [underway, _open] : [_open];
        foreach (WriteGroup group in lost)
        {
            foreach ((ulong start, ulong count) in group.Blocks)
                _state.TakeBack(start, count);
            foreach (ExtentDraft draft in group.Drafts)
                _state.Drafts.Remove(draft.Extent);
        }

        if (!lost.Exists(group => group.MustBeDurable))
            _untold = error;
        _underway = null;
        _state.Applied = _state.Stored.Head;
        _pages.Forget();
        ulong next = _open.Number + 1;
        _open = new WriteGroup(next, _state.Applied);
        foreach (WriteGroup group in lost)
        {
            if (group.MustBeDurable || group.IsDue)
                group.Done.TrySetException(error);
            else
                group.Done.TrySetCanceled();
        }
    }
}
