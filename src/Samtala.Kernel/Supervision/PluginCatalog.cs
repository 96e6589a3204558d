using Samtala.PluginPackages;

namespace Samtala.Kernel;

/// <summary>All plugins there are: those that came with the node and those that were installed.</summary>
/// <remarks>Thread-safe; changes happen one at a time, and plugins serve meanwhile.</remarks>
public sealed class PluginCatalog : IAsyncDisposable
{
    private readonly NodeKernel _kernel;
    private readonly PluginFolders _folders;
    private readonly AsyncLock _one = new();
    private PluginsFile _file = null!;
    private volatile Dictionary<string, PluginSlot> _slots = new(StringComparer.Ordinal);

    internal PluginCatalog(NodeKernel kernel)
    {
        _kernel = kernel;
        _folders = new PluginFolders(
            kernel.Options.BundledPluginsFolder, Path.Combine(kernel.Options.DataFolder, "plugins"));
    }

    /// <summary>Told of every change of a plugin's state; called on any thread, must not block.</summary>
    public Action<PluginStatus>? Changed { get; set; }

    /// <summary>Every plugin, in order of their ids.</summary>
    public IReadOnlyList<PluginStatus> List() =>
        [.. _slots.Values.Select(s => s.Status).OrderBy(s => s.Id, StringComparer.Ordinal)];

    /// <summary>One plugin.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Null when there is none of that id.</returns>
    public PluginStatus? Find(string id) => _slots.TryGetValue(id, out var slot) ? slot.Status : null;

    /// <summary>Where requests below <c>/{id}/</c> go.</summary>
    /// <param name="id">The first segment of the path.</param>
    /// <returns>Null when there is no such plugin.</returns>
    public RawEndpoint? FindEndpoint(string id) => _slots.TryGetValue(id, out var slot) ? slot.Endpoint : null;

    /// <summary>Starts every enabled plugin; one that fails does not hold up the others.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var held = await _one.EnterAsync(cancellationToken);
        await Task.WhenAll(_slots.Values.Select(s => s.ApplyAsync(s.Source, _file.Get(s.Id), cancellationToken)));
    }

    /// <summary>Starts a plugin now and at every start of the node.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="grants">Added to those it has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginException">No such plugin, or a grant it does not ask for.</exception>
    public Task<PluginStatus> EnableAsync(string id, IReadOnlyList<string> grants,
        CancellationToken cancellationToken) =>
        ChangeAsync(id, slot =>
            AddGrants(_file.Get(id) with { Enabled = true }, slot.Source.Manifest, grants), cancellationToken);

    /// <summary>Stops a plugin; what it stored stays.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginException">No such plugin.</exception>
    public Task<PluginStatus> DisableAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(id, _ => _file.Get(id) with { Enabled = false }, cancellationToken);

    /// <summary>Stops a plugin, reads its files anew, and starts it if it is enabled.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginException">No such plugin.</exception>
    public Task<PluginStatus> ReloadAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(id, null, cancellationToken);

    /// <summary>Checks a package and says what it asks for; changes nothing.</summary>
    /// <param name="path">A folder or .nupkg on this machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginException">It is not a plugin, hostile, or does not fit this node.</exception>
    public async Task<PluginManifest> PlanAsync(string path, CancellationToken cancellationToken)
    {
        using var package = await PluginPackage.OpenAsync(path, cancellationToken);
        _folders.CheckInstallable(package.Manifest);
        return package.Manifest;
    }

    /// <summary>Installs a package and starts it without a restart of the node.</summary>
    /// <param name="path">A folder or .nupkg on this machine.</param>
    /// <param name="grants">What the owner gives; with less than it asks for it waits for consent.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="PluginException">It is not a plugin, hostile, or does not fit this node.</exception>
    public async Task<PluginStatus> InstallAsync(
        string path, IReadOnlyList<string> grants, CancellationToken cancellationToken)
    {
        using var held = await _one.EnterAsync(cancellationToken);
        using var package = await PluginPackage.OpenAsync(path, cancellationToken);
        var manifest = package.Manifest;
        _folders.CheckInstallable(manifest);
        var entry = AddGrants(_file.Get(manifest.Id), manifest, grants) with
        {
            Enabled = true,
            Version = manifest.Version.ToString(),
        };
        await package.UnpackAsync(_folders.FolderOf(manifest), cancellationToken);
        _file.Set(entry);
        var slot = SlotOf(_folders.Find(manifest.Id, entry.Version)!, entry);
        await slot.ApplyAsync(_folders.Find(manifest.Id, entry.Version)!, entry, CancellationToken.None);
        return slot.Status;
    }

    /// <summary>Stops and removes an installed plugin, and what it stored unless that is kept.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="keepData">Keep its state, blobs and answers for a later installation.</param>
    /// <param name="cancellationToken">Gives up; call again to go on.</param>
    /// <exception cref="PluginException">No such plugin, or it came with the node.</exception>
    public async Task RemoveAsync(string id, bool keepData, CancellationToken cancellationToken)
    {
        using var held = await _one.EnterAsync(cancellationToken);
        var slot = Require(id);
        if (slot.Source.IsBundled)
        {
            throw new PluginException(
                PluginFailure.Refused, "SAM0208",
                $"Plugin '{id}' came with the node and cannot be removed. Disable it: samtala plugin disable {id}");
        }

        await slot.ApplyAsync(slot.Source, new PluginEntry(id), cancellationToken);
        if (!keepData)
        {
            await _kernel.Answers.ClearAsync(id, cancellationToken);
            if (_kernel.MapsOf(id) is { } maps)
                await maps.ClearAsync(cancellationToken);
            if (_kernel.Parts.Peers is { } peers)
                await PluginBlobSharing.ClearAsync(peers, _kernel.Blobs, id, cancellationToken);
            await _kernel.Blobs.ReleaseOwnerAsync(PluginBlobs.OwnerOf(id), cancellationToken);
            await new PluginStore(_kernel.Parts.Store, _kernel.Parts.Random, id).ClearAsync(cancellationToken);
        }

        _folders.Delete(id);
        _file.Remove(id);
        var slots = new Dictionary<string, PluginSlot>(_slots, StringComparer.Ordinal);
        slots.Remove(id);
        _slots = slots;
        await slot.DisposeAsync();
    }

    /// <summary>The newest 1000 log lines of a plugin, oldest first.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="follow">Go on with lines to come, until cancelled.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PluginException">No such plugin.</exception>
    public IAsyncEnumerable<PluginLogLine> ReadLogsAsync(string id, bool follow, CancellationToken cancellationToken) =>
        Require(id).Log.ReadAsync(follow, cancellationToken);

    /// <summary>Stops every plugin, all at once.</summary>
    public async ValueTask DisposeAsync()
    {
        using var held = await _one.EnterAsync(CancellationToken.None);
        await Task.WhenAll(_slots.Values.Select(s => s.DisposeAsync().AsTask()));
        _slots = new Dictionary<string, PluginSlot>(StringComparer.Ordinal);
    }

    internal Task OpenAsync()
    {
        _file = PluginsFile.Open(
            _kernel.Options.PluginsFile ?? Path.Combine(_kernel.Options.DataFolder, "plugins.json"),
            _kernel.Options.DefaultPluginsFile);
        foreach (var id in _folders.Ids())
        {
            var entry = _file.Get(id);
            if (_folders.Find(id, entry.Version) is { } source)
                SlotOf(source, entry);
        }

        return Task.CompletedTask;
    }

    internal void Announce(PluginStatus status) => Changed?.Invoke(status);

    /// <summary>The newest unloaded code of a plugin; dead when it is gone.</summary>
    internal WeakReference? LastUnloaded(string id) => Require(id).LastUnloaded;

    private async Task<PluginStatus> ChangeAsync(
        string id, Func<PluginSlot, PluginEntry>? decide, CancellationToken cancellationToken)
    {
        using var held = await _one.EnterAsync(cancellationToken);
        var slot = Require(id);
        if (decide is not null)
            _file.Set(decide(slot));
        var entry = _file.Get(id);
        await slot.ApplyAsync(_folders.Find(id, entry.Version) ?? slot.Source, entry, cancellationToken);
        return slot.Status;
    }

    private static PluginEntry AddGrants(PluginEntry entry, PluginManifest? manifest, IReadOnlyList<string> grants)
    {
        if (grants.FirstOrDefault(g =>
            manifest is null || !manifest.Needs.Contains(g, StringComparer.Ordinal)) is { } odd)
        {
            throw new PluginException(
                PluginFailure.Invalid, "SAM0209",
                $"Plugin '{entry.Id}' does not ask for \"{odd}\". Asks: {string.Join(", ", manifest?.Needs ?? [])}.");
        }

        return entry with { Grants = [.. entry.Grants.Union(grants, StringComparer.Ordinal)] };
    }

    private PluginSlot SlotOf(PluginSource source, PluginEntry entry)
    {
        if (_slots.TryGetValue(entry.Id, out var slot))
            return slot;
        slot = new PluginSlot(_kernel, source, entry);
        _slots = new Dictionary<string, PluginSlot>(_slots, StringComparer.Ordinal) { [entry.Id] = slot };
        return slot;
    }

    private PluginSlot Require(string id) => _slots.TryGetValue(id, out var slot)
        ? slot
        : throw new PluginException(
            PluginFailure.NotFound, "SAM0207", $"There is no plugin '{id}'. See which there are: samtala plugin list");
}
