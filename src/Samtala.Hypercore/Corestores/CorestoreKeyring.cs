using Samtala.Crypto;

namespace Samtala.Hypercore.Corestores;

/// <summary>The key pairs of the names that were used, until it is disposed.</summary>
internal sealed class CorestoreKeyring(SymmetricKey primaryKey, SecretSlab slab) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Hash32 Namespace, string Name), SecretKey> _keys = [];
    private bool _isDisposed;

    public SecretKey Get(in Hash32 logNamespace, ReadOnlySpan<byte> name)
    {
        string text = Convert.ToHexString(name);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(Corestore));
            if (!_keys.TryGetValue((logNamespace, text), out SecretKey? key))
            {
                key = CorestoreKeys.DeriveKey(slab, primaryKey, logNamespace, name);
                _keys.Add((logNamespace, text), key);
            }

            return key;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (SecretKey key in _keys.Values)
                key.Dispose();
            _keys.Clear();
        }
    }
}
