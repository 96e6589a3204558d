using Samtala.Crypto;

namespace Samtala.Hypercore.Manifests;

/// <summary>Thirty-two bytes before whatever is hashed or signed, so that one thing never passes for another.</summary>
public static class HypercoreNamespace
{
    /// <summary>Before the hash of a tree that is signed.</summary>
    public static readonly Hash32 Tree = Derive("hypercore", 0);

    /// <summary>Before the capability of the side that opened a connection.</summary>
    public static readonly Hash32 ReplicateInitiator = Derive("hypercore", 1);

    /// <summary>Before the capability of the side that was called.</summary>
    public static readonly Hash32 ReplicateResponder = Derive("hypercore", 2);

    /// <summary>Before a manifest that becomes a key.</summary>
    public static readonly Hash32 Manifest = Derive("hypercore", 3);

    /// <summary>The namespace of a signer that has no other.</summary>
    public static readonly Hash32 Default = Derive("hypercore", 4);

    /// <summary>Before a key from which block keys follow.</summary>
    public static readonly Hash32 DefaultEncryption = Derive("hypercore", 5);

    /// <summary>The namespace of a number under a name: the hash of the hashed name and the number.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="number">0 to 255.</param>
    public static Hash32 Derive(string name, byte number)
    {
        Hash32 named = Blake2b.HashData(System.Text.Encoding.UTF8.GetBytes(name));
        return Blake2b.HashAll(named.Bytes, [number]);
    }
}
