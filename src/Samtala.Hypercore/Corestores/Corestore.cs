using System.Text;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Corestores;

/// <summary>Logs by name: the key of each follows from one secret, its namespace and its name, so the same names give
/// the same logs, also in JavaScript's corestore.</summary>
/// <remarks>Thread-safe. The secret must be kept by the caller, once, and never be used on two machines at a time: two
/// writers of one log fork it.</remarks>
public sealed class Corestore : IDisposable
{
    private readonly CorestoreKeyring _keyring;
    private readonly LogStore _logs;
    private readonly Hash32 _namespace;

    /// <summary>Opens the names of one secret.</summary>
    /// <param name="logs">Owned by the caller; must outlive this.</param>
    /// <param name="primaryKey">Owned by the caller; must outlive this.</param>
    /// <param name="slab">Where the keys of logs lie while this is open.</param>
    public Corestore(LogStore logs, SymmetricKey primaryKey, SecretSlab slab)
        : this(logs, new CorestoreKeyring(primaryKey, slab), default)
    {
    }

    private Corestore(LogStore logs, CorestoreKeyring keyring, in Hash32 logNamespace)
    {
        ArgumentNullException.ThrowIfNull(logs);
        _logs = logs;
        _keyring = keyring;
        _namespace = logNamespace;
    }

    /// <summary>Names below a name; the names of different namespaces never meet.</summary>
    /// <param name="name">Becomes UTF-8, at most <see cref="CorestoreKeys.NameSizeMax"/> bytes.</param>
    /// <returns>A view of this one; disposing it does nothing.</returns>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public Corestore Namespace(string name) => Namespace(Encoding.UTF8.GetBytes(name));

    /// <summary>Names below a name of any bytes.</summary>
    /// <param name="name">At most <see cref="CorestoreKeys.NameSizeMax"/> bytes.</param>
    /// <returns>A view of this one; disposing it does nothing.</returns>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public Corestore Namespace(ReadOnlySpan<byte> name) =>
        new(_logs, _keyring, CorestoreKeys.ChildNamespace(_namespace, name));

    /// <summary>Opens the own log of a name, and makes it the first time.</summary>
    /// <param name="name">Becomes UTF-8, at most <see cref="CorestoreKeys.NameSizeMax"/> bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session; dispose it before this.</returns>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public ValueTask<Log> GetAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync(Encoding.UTF8.GetBytes(name), null, cancellationToken);

    /// <summary>Opens the own log of a name of any bytes, and makes it the first time.</summary>
    /// <param name="name">At most <see cref="CorestoreKeys.NameSizeMax"/> bytes.</param>
    /// <param name="creation">Encryption and the like; its secret key is the one that follows from the name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session; dispose it before this.</returns>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public ValueTask<Log> GetAsync(
        ReadOnlyMemory<byte> name, LogCreation? creation, CancellationToken cancellationToken = default)
    {
        SecretKey key = _keyring.Get(_namespace, name.Span);
        return _logs.CreateAsync((creation ?? new LogCreation()) with { SecretKey = key }, cancellationToken);
    }

    /// <summary>Opens any log by its key: somebody else's is empty until peers fill it.</summary>
    /// <param name="key">Of the log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session; dispose it.</returns>
    public ValueTask<Log> GetAsync(Hash32 key, CancellationToken cancellationToken = default) =>
        _logs.OpenAsync(key, null, cancellationToken);

    /// <summary>The key of a log that is here, from what peers announce.</summary>
    /// <param name="discoveryKey">Of the log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when no such log is here.</returns>
    public ValueTask<Hash32?> FindAsync(Hash32 discoveryKey, CancellationToken cancellationToken = default) =>
        _logs.FindByDiscoveryKeyAsync(discoveryKey, cancellationToken);

    /// <summary>The key a name gives; nothing is opened or made.</summary>
    /// <param name="name">Becomes UTF-8, at most <see cref="CorestoreKeys.NameSizeMax"/> bytes.</param>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public Hash32 KeyOf(string name) =>
        Manifest.Single(_keyring.Get(_namespace, Encoding.UTF8.GetBytes(name)).PublicKey).ComputeKey();

    /// <summary>The keys of all logs of the store, own ones and others, in ascending order.</summary>
    /// <param name="after">Begins behind this key; null for the first page.</param>
    /// <param name="limit">Most keys to return, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<IReadOnlyList<Hash32>> ListAsync(
        Hash32? after = null, int limit = 1000, CancellationToken cancellationToken = default) =>
        _logs.ListAsync(after, limit, cancellationToken);

    /// <summary>Wipes the keys of the logs that were opened by name. A namespace does nothing.</summary>
    public void Dispose()
    {
        if (_namespace.IsZero)
            _keyring.Dispose();
    }
}
