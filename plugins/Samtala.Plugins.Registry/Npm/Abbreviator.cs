using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>
/// Writes what installers need of a packument: <c>application/vnd.npm.install-v1+json</c>. Its <c>modified</c> is the
/// full document's <c>time.modified</c>; <c>hasInstallScript</c> is told by the scripts.
/// </summary>
internal sealed class Abbreviator(string name, string baseUri) : TarballRewriter(name, baseUri)
{
    private static readonly HashSet<string> s_versionFields = new(StringComparer.Ordinal)
    {
        "name", "version", "deprecated", "dependencies", "optionalDependencies", "devDependencies",
        "bundleDependencies", "bundledDependencies", "peerDependencies", "peerDependenciesMeta", "bin", "directories",
        "dist", "engines", "cpu", "os", "libc", "_hasShrinkwrap", "hasInstallScript", "funding", "acceptDependencies",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_isVersionField =
        s_versionFields.GetAlternateLookup<ReadOnlySpan<char>>();

    private bool _isFirst;
    private bool _isFirstVersion;
    private bool _isFirstField;
    private bool _inTime;
    private bool _isModified;
    private bool _inScripts;
    private bool _runsScripts;
    private bool _saysScripts;
    private bool _hasModified;
    private string? _modified;

    protected override void OnToken(ref Utf8JsonReader reader)
    {
        var isDistValue = Track(reader);
        if (InVersions && reader.CurrentDepth <= 2 && reader.TokenType
            is not (JsonTokenType.StartObject or JsonTokenType.PropertyName or JsonTokenType.EndObject))
        {
            throw new JsonException("'versions' is not an object of objects.");
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                OnStart(reader);
                break;
            case JsonTokenType.PropertyName:
                OnProperty(reader);
                return;
            case JsonTokenType.EndObject:
                OnEnd(reader);
                break;
            case JsonTokenType.String when isDistValue && Field == DistField.Tarball:
                Rewrite(reader);
                return;
            case JsonTokenType.String when _isModified && reader.CurrentDepth == 2:
                _modified = TextOf(reader);
                _isModified = false;
                return;
        }

        EndValue(reader);
    }

    private void OnStart(in Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth)
        {
            case 0:
                Output.Write("{"u8);
                _isFirst = true;
                break;
            case 1 when InVersions:
                Output.Write("{"u8);
                _isFirstVersion = true;
                break;
            case 2 when InVersions:
                Output.Write("{"u8);
                _isFirstField = true;
                _runsScripts = _saysScripts = false;
                break;
        }
    }

    private void OnProperty(in Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth)
        {
            case 1:
                OnRootProperty(reader);
                break;
            case 2 when InVersions:
                Comma(ref _isFirstVersion);
                Output.Write("\""u8);
                Output.Write(reader.ValueSpan);
                Output.Write("\":"u8);
                break;
            case 2 when _inTime:
                _isModified = reader.ValueTextEquals("modified"u8);
                break;
            case 3 when InVersions:
                OnVersionProperty(reader);
                break;
            case 4 when _inScripts:
                _runsScripts |= reader.ValueTextEquals("install"u8) || reader.ValueTextEquals("preinstall"u8)
                    || reader.ValueTextEquals("postinstall"u8);
                break;
        }
    }

    private void OnRootProperty(in Utf8JsonReader reader)
    {
        _inTime = reader.ValueTextEquals("time"u8);
        var isModified = reader.ValueTextEquals("modified"u8);
        _hasModified |= isModified;
        if (InVersions)
        {
            Comma(ref _isFirst);
            Output.Write("\"versions\":"u8);
        }
        else if (isModified || reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("dist-tags"u8))
        {
            Comma(ref _isFirst);
            StartCopy(reader);
        }
    }

    private void OnVersionProperty(in Utf8JsonReader reader)
    {
        _inScripts = reader.ValueTextEquals("scripts"u8);
        Span<char> field = stackalloc char[32];
        if (reader.ValueSpan.Length > field.Length || !s_isVersionField.Contains(field[..reader.CopyString(field)]))
            return;
        _saysScripts |= reader.ValueTextEquals("hasInstallScript"u8);
        Comma(ref _isFirstField);
        StartCopy(reader);
    }

    private void OnEnd(in Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth)
        {
            case 2 when InVersions:
                if (_runsScripts && !_saysScripts)
                {
                    Comma(ref _isFirstField);
                    Output.Write("\"hasInstallScript\":true"u8);
                }

                Output.Write("}"u8);
                break;
            case 1 when InVersions:
                Output.Write("}"u8);
                break;
            case 0:
                if (!_hasModified && _modified is not null)
                {
                    Comma(ref _isFirst);
                    Output.Write("\"modified\":"u8);
                    Output.Write(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(_modified)}\""));
                }

                Output.Write("}"u8);
                break;
        }
    }

    /// <summary>A kept field ends with its value, so that the comma after it is ours to write.</summary>
    private void EndValue(in Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            return;
        if (reader.CurrentDepth == (InVersions ? 3 : 1))
            StopCopyAfter(reader);
    }

    private void Comma(ref bool isFirst)
    {
        if (!isFirst)
            Output.Write(","u8);
        isFirst = false;
    }
}
