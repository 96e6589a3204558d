namespace Samtala.Storage;

/// <summary>A named group of keys. Two keyspaces with one name are the same and must agree on order.</summary>
public sealed record Keyspace
{
    private Keyspace(string name, bool isOrdered)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, StoreLimits.KeyspaceNameSizeMax, nameof(name));
        if (!System.Text.Ascii.IsValid(name))
            throw new ArgumentException($"A keyspace name is ASCII; '{name}' is not.", nameof(name));
        Name = name;
        IsOrdered = isOrdered;
    }

    /// <summary>1 to <see cref="StoreLimits.KeyspaceNameSizeMax"/> ASCII characters.</summary>
    public string Name { get; }

    /// <summary>Whether the keys are kept sorted in memory and can be scanned. Keep such keyspaces small.</summary>
    public bool IsOrdered { get; }

    /// <summary>A keyspace that answers exact keys only, of any number.</summary>
    /// <param name="name">1 to <see cref="StoreLimits.KeyspaceNameSizeMax"/> ASCII characters.</param>
    public static Keyspace Exact(string name) => new(name, isOrdered: false);

    /// <summary>A small keyspace that can be scanned in byte order.</summary>
    /// <param name="name">1 to <see cref="StoreLimits.KeyspaceNameSizeMax"/> ASCII characters.</param>
    public static Keyspace Ordered(string name) => new(name, isOrdered: true);
}
