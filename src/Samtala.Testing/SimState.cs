using System.Collections.Immutable;
using Samtala.Storage;

namespace Samtala.Testing;

/// <summary>Everything a simulated store holds, as an immutable value: a crash is going back to an earlier
/// one.</summary>
internal sealed record SimState(
    ImmutableSortedDictionary<SimKey, byte[]> Entries, ImmutableDictionary<ExtentId, byte[]> Extents)
{
    public static SimState Empty { get; } = new(
        ImmutableSortedDictionary.Create<SimKey, byte[]>(SimKeyComparer.Instance),
        ImmutableDictionary<ExtentId, byte[]>.Empty);

    /// <summary>The first expectation that does not hold, or -1.</summary>
    public int FindConflict(IReadOnlyList<WriteOperation> operations)
    {
        var index = 0;
        foreach (var operation in operations)
        {
            if (operation.Kind is not (WriteKind.Expect or WriteKind.ExpectAbsent))
                continue;
            var found = Entries.TryGetValue(new SimKey(operation.Keyspace!.Name, operation.Key), out var value);
            var holds = operation.Kind == WriteKind.Expect
                ? found && value.AsSpan().SequenceEqual(operation.Value)
                : !found;
            if (!holds)
                return index;
            index++;
        }

        return -1;
    }

    public SimState Apply(IReadOnlyList<WriteOperation> operations, IReadOnlyDictionary<ExtentId, byte[]> staged)
    {
        var entries = Entries.ToBuilder();
        var extents = Extents;
        foreach (var operation in operations)
        {
            switch (operation.Kind)
            {
                case WriteKind.Put:
                    entries[new SimKey(operation.Keyspace!.Name, operation.Key)] = operation.Value;
                    break;
                case WriteKind.Delete:
                    entries.Remove(new SimKey(operation.Keyspace!.Name, operation.Key));
                    break;
                case WriteKind.AddExtent:
                    extents = extents.SetItem(operation.Extent, staged[operation.Extent]);
                    break;
                case WriteKind.FreeExtent:
                    extents = extents.Remove(operation.Extent);
                    break;
            }
        }

        return new SimState(entries.ToImmutable(), extents);
    }
}

internal readonly record struct SimKey(string Keyspace, byte[] Key);

internal sealed class SimKeyComparer : IComparer<SimKey>
{
    public static SimKeyComparer Instance { get; } = new();

    public int Compare(SimKey x, SimKey y)
    {
        var names = string.CompareOrdinal(x.Keyspace, y.Keyspace);
        return names != 0 ? names : x.Key.AsSpan().SequenceCompareTo(y.Key);
    }
}
