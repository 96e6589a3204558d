namespace Grpc.Core;

/// <summary>Who is at the other end, as the transport knows it.</summary>
public class AuthContext
{
    private readonly string? _peerIdentityPropertyName;
    private readonly Dictionary<string, List<AuthProperty>> _properties;

    /// <summary>The peer is named by the property <paramref name="peerIdentityPropertyName"/>; null: not known.
    /// </summary>
    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        _peerIdentityPropertyName = peerIdentityPropertyName;
        _properties = properties;
    }

    /// <summary>Whether the peer proved who it is.</summary>
    public bool IsPeerAuthenticated => _peerIdentityPropertyName is not null;

    /// <summary>The name of the property that identifies the peer.</summary>
    public string? PeerIdentityPropertyName => _peerIdentityPropertyName;

    /// <summary>What identifies the peer; empty when it is not authenticated.</summary>
    public IEnumerable<AuthProperty> PeerIdentity =>
        _peerIdentityPropertyName is null ? [] : FindPropertiesByName(_peerIdentityPropertyName);

    /// <summary>Everything known.</summary>
    public IEnumerable<AuthProperty> Properties => _properties.Values.SelectMany(static p => p);

    /// <summary>The properties called <paramref name="propertyName"/>.</summary>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) =>
        _properties.TryGetValue(propertyName, out var found) ? found : [];
}

/// <summary>One fact about the peer.</summary>
public class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its value as UTF-8 text.</summary>
    public string Value => System.Text.Encoding.UTF8.GetString(_value);

    /// <summary>A copy of its value.</summary>
    public byte[] ValueBytes => _value.ToArray();

    /// <summary>A property; <paramref name="valueBytes"/> is copied.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, valueBytes.ToArray());
    }
}
