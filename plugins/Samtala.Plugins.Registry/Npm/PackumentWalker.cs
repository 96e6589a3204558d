using System.Text;
using System.Text.Json;
using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>Knows where in a packument it is: <c>versions.{version}.dist.{field}</c>.</summary>
internal abstract class PackumentWalker(string name) : JsonWalker
{
    /// <summary>Longest link or version in bytes; longer ones are not read.</summary>
    private const int TextSizeMax = 4096;

    private bool _inVersions;
    private bool _inDist;
    private byte[] _version = new byte[64];
    private int _versionLength;

    protected string Name { get; } = name;

    /// <summary>Inside the object <c>versions</c>, at whatever depth.</summary>
    protected bool InVersions => _inVersions;

    /// <summary>The key below <c>versions</c>.</summary>
    protected string Version => Encoding.UTF8.GetString(_version, 0, _versionLength);

    /// <summary>The last key of the object <c>dist</c>.</summary>
    protected DistField Field { get; private set; }

    /// <summary>Keeps the place; returns true at the value of a known field of <c>dist</c>.</summary>
    protected bool Track(in Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            return _inDist && Field != DistField.Other && reader.CurrentDepth == 4
                && reader.TokenType == JsonTokenType.String;
        }

        switch (reader.CurrentDepth)
        {
            case 1:
                _inVersions = reader.ValueTextEquals("versions"u8);
                _inDist = false;
                break;
            case 2 when _inVersions:
                _inDist = false;
                KeepVersion(reader);
                break;
            case 3:
                _inDist = _inVersions && reader.ValueTextEquals("dist"u8);
                break;
            case 4 when _inDist:
                Field = FieldOf(reader);
                break;
        }

        return false;
    }

    /// <summary>Whether this is the end of the object <c>dist</c>.</summary>
    protected bool IsDistEnd(in Utf8JsonReader reader) =>
        _inDist && reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 3;

    /// <summary>The string at the reader; empty when it is longer than anything sensible.</summary>
    protected static string TextOf(in Utf8JsonReader reader) =>
        reader.ValueSpan.Length > TextSizeMax ? "" : reader.GetString() ?? "";

    private static DistField FieldOf(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("tarball"u8) ? DistField.Tarball
        : reader.ValueTextEquals("integrity"u8) ? DistField.Integrity
        : reader.ValueTextEquals("shasum"u8) ? DistField.Shasum
        : DistField.Other;

    private void KeepVersion(in Utf8JsonReader reader)
    {
        _versionLength = 0;
        if (reader.ValueSpan.Length > TextSizeMax)
            return;
        if (_version.Length < reader.ValueSpan.Length)
            _version = new byte[reader.ValueSpan.Length];
        _versionLength = reader.CopyString(_version);
    }

    /// <summary>A key of the object <c>dist</c>.</summary>
    protected enum DistField
    {
        /// <summary>Copied unread.</summary>
        Other,

        /// <summary>The link that is rewritten.</summary>
        Tarball,

        /// <summary>Digests in the form of subresource integrity.</summary>
        Integrity,

        /// <summary>SHA-1 in hexadecimal digits.</summary>
        Shasum,
    }
}
