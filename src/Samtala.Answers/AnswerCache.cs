using System.Collections.Concurrent;

namespace Samtala.Answers;

/// <summary>Decoded answers in bounded memory. Looking up takes no lock; the least used go first (second
/// chance).</summary>
internal sealed class AnswerCache(long sizeMax)
{
    private readonly ConcurrentDictionary<string, AnswerSet> _sets = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly Lock _gate = new();
    private long _size;

    public long Size => Interlocked.Read(ref _size);

    public AnswerSet? Find(string path)
    {
        if (!_sets.TryGetValue(path, out var set))
            return null;
        if (!set.WasUsed)
            set.WasUsed = true;
        return set;
    }

    public void Put(AnswerSet set)
    {
        lock (_gate)
        {
            if (_sets.TryGetValue(set.Path, out var old))
                _size -= old.Size;
            else
                _order.Enqueue(set.Path);
            _sets[set.Path] = set;
            _size += set.Size;
            while (_size > sizeMax && _order.TryDequeue(out var path))
                EvictOrPass(path);
        }
    }

    public void Remove(string path)
    {
        lock (_gate)
        {
            if (_sets.TryRemove(path, out var old))
                _size -= old.Size;
            // Its place in the queue stays until its turn comes, or until there are too many such places.
            if (_order.Count <= (2 * _sets.Count) + 1024)
                return;
            _order.Clear();
            foreach (var kept in _sets.Keys)
                _order.Enqueue(kept);
        }
    }

    private void EvictOrPass(string path)
    {
        if (!_sets.TryGetValue(path, out var set))
            return;
        if (set.WasUsed && _order.Count > 0)
        {
            set.WasUsed = false;
            _order.Enqueue(path);
            return;
        }

        _sets.TryRemove(path, out _);
        _size -= set.Size;
    }
}
