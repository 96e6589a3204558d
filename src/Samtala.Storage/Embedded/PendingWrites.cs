using Samtala.Storage.Wal;

namespace Samtala.Storage.Embedded;

/// <summary>What the batches before in the same group will have written: expectations are checked against it.</summary>
internal sealed class PendingWrites(StoreContents contents)
{
    private readonly Dictionary<PendingKey, ReadOnlyMemory<byte>?> _writes = [];

    public void Clear() => _writes.Clear();

    public void Add(in StoreOperation operation)
    {
        if (operation.Kind is OperationKind.Put or OperationKind.Delete)
        {
            _writes[new PendingKey(operation.Keyspace, operation.Key)] =
                operation.Kind == OperationKind.Put ? operation.Value : null;
        }
    }

    /// <summary>The first expectation that does not hold, or -1.</summary>
    public int FindConflict(WriteOperation[] expectations)
    {
        for (var i = 0; i < expectations.Length; i++)
        {
            var (kind, keyspace, key, value, _) = expectations[i];
            if (!_writes.TryGetValue(new PendingKey(keyspace!.Name, key), out var current)
                && contents.Get(keyspace.Name, keyspace.IsOrdered, key) is { } stored)
            {
                current = stored;
            }

            var holds = kind == WriteKind.ExpectAbsent
                ? current is null
                : current is not null && current.Value.Span.SequenceEqual(value);
            if (!holds)
                return i;
        }

        return -1;
    }

    private readonly record struct PendingKey(string Keyspace, ReadOnlyMemory<byte> Key)
    {
        public bool Equals(PendingKey other) =>
            string.Equals(Keyspace, other.Keyspace, StringComparison.Ordinal) && Key.Span.SequenceEqual(other.Key.Span);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Keyspace, StringComparer.Ordinal);
            hash.AddBytes(Key.Span);
            return hash.ToHashCode();
        }
    }
}
