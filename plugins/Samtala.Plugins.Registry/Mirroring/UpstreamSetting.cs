using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>Which upstream a mirror has. At first it is what the owner's own package client uses; that is read once and
/// kept, so that pointing the client at this mirror later changes nothing.</summary>
internal sealed class UpstreamSetting(Ecosystem ecosystem, INode node, Shelf shelf, TimeProvider time)
    : IDisposable
{
    public const string FromClient = "from-client";
    public const string None = "none";

    private static readonly TimeSpan s_searchAgainAfter = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _gate = new(1);
    private UpstreamRecord? _record;
    private string _error = "";
    private long? _searchedAt;

    /// <summary>The setting as it is known now; null before it was first needed.</summary>
    public UpstreamRecord? Known => Volatile.Read(ref _record);

    /// <summary>Why there is none.</summary>
    public string Error => Volatile.Read(ref _error);

    /// <summary>The upstream's URL.</summary>
    /// <returns>Null when there is none; <see cref="Error"/> says why.</returns>
    public async ValueTask<Uri?> FindAsync(CancellationToken cancellationToken)
    {
        if (Known is not { } record)
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                record = _record ?? await LoadAsync(cancellationToken);
            }
            finally
            {
                _gate.Release();
            }
        }

        return record is { Url.Length: > 0 } ? new Uri(record.Url) : null;
    }

    /// <summary>Sets the upstream.</summary>
    /// <param name="setting">A URL, <see cref="FromClient"/> or <see cref="None"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MirrorException">No usable URL, this node itself, or the client has none.</exception>
    public async ValueTask SetAsync(string setting, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var record = setting switch
            {
                None => new UpstreamRecord(None, ""),
                FromClient => await SearchAsync(cancellationToken) ?? throw Bad(FromClient, _error),
                _ when Ecosystem.ReadAddress(setting) is { } uri && !IsOwn(uri) =>
                    new UpstreamRecord(uri.AbsoluteUri, uri.AbsoluteUri),
                _ when Ecosystem.ReadAddress(setting) is not null => throw Bad(setting, "that is this node itself"),
                _ => throw Bad(
                    setting, "not an http(s) URL without user name, query and fragment, nor 'from-client' or 'none'"),
            };
            await KeepAsync(record, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static MirrorException Bad(string setting, string why) => new(
        400, "SAM0611", $"upstream '{setting}' — samtala registry upstream set — {why} — give another one");

    private async ValueTask<UpstreamRecord?> LoadAsync(CancellationToken cancellationToken)
    {
        var key = Shelf.UpstreamKey(ecosystem.Mirror);
        if (await shelf.FindAsync(key, RegistryJson.Default.UpstreamRecord, cancellationToken) is { } kept)
        {
            _error = kept.Url.Length == 0 ? "its upstream is set to 'none'" : "";
            Volatile.Write(ref _record, kept);
            return kept;
        }

        if (_searchedAt is { } at && time.GetElapsedTime(at) < s_searchAgainAfter)
            return null;
        if (await SearchAsync(cancellationToken) is not { } found)
            return null;
        await KeepAsync(found, cancellationToken);
        return found;
    }

    private async ValueTask KeepAsync(UpstreamRecord record, CancellationToken cancellationToken)
    {
        var key = Shelf.UpstreamKey(ecosystem.Mirror);
        await shelf.PutAsync(key, record, RegistryJson.Default.UpstreamRecord, cancellationToken);
        _error = record.Url.Length == 0 ? "its upstream is set to 'none'" : "";
        Volatile.Write(ref _record, record);
    }

    private async ValueTask<UpstreamRecord?> SearchAsync(CancellationToken cancellationToken)
    {
        _searchedAt = time.GetTimestamp();
        var result = await node.Commands.RunAsync(ecosystem.Command, cancellationToken);
        var uri = result.ExitCode == 0 ? ecosystem.ReadUpstream(result.Output) : null;
        _error = result.ExitCode != 0 ? $"it has no upstream: '{ecosystem.Command}' cannot be run here"
            : uri is null ? $"it has no upstream: '{ecosystem.Command}' names no http(s) address"
            : IsOwn(uri) ? $"it has no upstream: '{ecosystem.Command}' names this node itself"
            : "";
        return _error.Length == 0 ? new UpstreamRecord(FromClient, uri!.AbsoluteUri) : null;
    }

    private bool IsOwn(Uri uri)
    {
        var authority = $"{uri.Host}:{uri.Port}";
        return node.Info.Authorities.Any(own => string.Equals(own, authority, StringComparison.OrdinalIgnoreCase)
            || (uri.IsLoopback && own.EndsWith($":{uri.Port}", StringComparison.Ordinal)));
    }
}
