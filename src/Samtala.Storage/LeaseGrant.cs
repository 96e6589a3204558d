using System.Buffers.Binary;

namespace Samtala.Storage;

/// <summary>Leases for a store with one process: always granted, with a token that rises and survives
/// restarts.</summary>
public static class LeaseGrant
{
    /// <summary>Longest lease name in characters.</summary>
    public const int NameSizeMax = 128;

    private static readonly Keyspace s_leases = Keyspace.Exact("~lease");

    /// <summary>Grants a lease by counting up its token in the store.</summary>
    /// <param name="store">Where the token lives.</param>
    /// <param name="name">1 to <see cref="NameSizeMax"/> characters.</param>
    /// <param name="expiresAt">When the lease ends.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public static async ValueTask<Lease> GrantAsync(
        IStore store, string name, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, NameSizeMax, nameof(name));
        var key = System.Text.Encoding.UTF8.GetBytes(name);
        while (true)
        {
            var current = await store.GetAsync(s_leases, key, cancellationToken);
            var token = (current is null ? 0 : BinaryPrimitives.ReadInt64LittleEndian(current)) + 1;
            var value = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(value, token);
            WriteBatch batch = new();
            _ = current is null ? batch.ExpectAbsent(s_leases, key) : batch.Expect(s_leases, key, current);
            batch.Put(s_leases, key, value);
            if ((await store.CommitAsync(batch, Durability.Durable, cancellationToken)).Committed)
                return new Lease(name, token, expiresAt);
        }
    }
}
