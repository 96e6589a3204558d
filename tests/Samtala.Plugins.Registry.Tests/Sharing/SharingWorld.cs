using System.Text;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Sharing;

/// <summary>Node A with an upstream, which shares its mirrors, and node B without one, which follows A.</summary>
internal sealed class SharingWorld : IAsyncDisposable
{
    public const string Address = "10.0.0.1:7652";
    private readonly CancellationTokenSource _stop = new();
    private Task _publishing = Task.CompletedTask;

    private SharingWorld()
    {
        A = new MirrorWorld("", new MemoryMaps(Address, Network));
        B = new MirrorWorld("", new MemoryMaps("10.0.0.2:7652", Network));
    }

    public MemoryNetwork Network { get; } = new();

    public MirrorWorld A { get; }

    public MirrorWorld B { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SharingWorld> StartAsync(bool hasUpstream = false)
    {
        SharingWorld world = new();
        await world.A.Mirrors.StartAsync(Token);
        await world.B.Mirrors.StartAsync(Token);
        world._publishing = world.A.Mirrors.Publication.RunAsync(world._stop.Token);
        await world.ShareAsync();
        var map = (await world.A.Mirrors.Publication.ViewAsync(Token)).Map!;
        await world.B.Mirrors.Followed.AddAsync(map.Id, [Address], Token);
        if (hasUpstream)
            return world;
        foreach (var mirror in world.B.Mirrors.All)
            await mirror.Upstream.Setting.SetAsync("none", Token);
        return world;
    }

    /// <summary>A shares, and everything it holds is published.</summary>
    public async Task ShareAsync()
    {
        await A.Mirrors.Publication.ShareAsync(TimeSpan.FromMinutes(1), Token);
        await PublishedAsync();
    }

    /// <summary>Waits until everything A holds is published.</summary>
    public async Task PublishedAsync()
    {
        while (!(await A.Mirrors.Publication.ViewAsync(Token)).IsInStep)
            await Task.Delay(TimeSpan.FromMilliseconds(5), A.Time, Token);
    }

    /// <summary>Readable keys of what A publishes.</summary>
    public IEnumerable<string> Keys => A.Node.OwnMaps.Entries
        .Where(e => e.Key.Span[0] != 'h')
        .Select(e => System.Text.Encoding.UTF8.GetString(e.Key.Span).Replace('\0', '|'));

    /// <summary>A key of a map, written as in <see cref="Keys"/>.</summary>
    public static ReadOnlyMemory<byte> KeyOf(string key) => Encoding.UTF8.GetBytes(key.Replace('|', '\0'));

    /// <summary>Reads what A publishes.</summary>
    public async Task<T> EntryAsync<T>(string key, TryRead<T> read)
        where T : class
    {
        var map = (await A.Mirrors.Publication.ViewAsync(Token)).Map!.Id;
        var found = await A.Node.Maps.GetAsync(map, [KeyOf(key)], Token);
        Assert.True(read(found[0]!.Value.Span, out var entry));
        return entry;
    }

    /// <summary>Writes into the map of A what A never would.</summary>
    public async Task ForgeAsync<T>(string key, TryRead<T> read, Func<T, byte[]> forge)
        where T : class
    {
        var value = forge(await EntryAsync(key, read));
        var map = (await A.Mirrors.Publication.ViewAsync(Token)).Map!.Id;
        await A.Node.Maps.CommitAsync(map, [new MapWrite(KeyOf(key), value)], Token);
    }

    public delegate bool TryRead<T>(
        ReadOnlySpan<byte> value, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? entry)
        where T : class;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await A.DisposeAsync();
        await B.DisposeAsync();
        _stop.Dispose();
    }
}
