using Samtala.Hypercore.Blobs;
using Samtala.Testing;

namespace Samtala.Hypercore.Tests.Blobs;

/// <summary>A blob store on a simulated disk, with a clock that stands still and a bit that can be flipped.</summary>
internal sealed class BlobWorld : IAsyncDisposable
{
    public const string Owner = "plugin:test";

    private readonly Random _random;
    private readonly SimStoreOptions _options;

    public BlobWorld(Random random, SimStoreOptions? options = null)
    {
        _random = random;
        _options = options ?? new SimStoreOptions();
        Store = new FlippingStore(new SimStore(Disk, random, TimeProvider.System, _options));
        Blobs = new BlobStore(Store, Clock);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public SimDisk Disk { get; } = new();

    public StandingClock Clock { get; } = new();

    public FlippingStore Store { get; private set; }

    public BlobStore Blobs { get; private set; }

    public byte[] NewBytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    public Task<BlobInfo> PutAsync(byte[] bytes, string owner = Owner, BlobExpectation? expected = null) =>
        Blobs.PutAsync(bytes.AsMemory(), expected, owner, Stop);

    public async Task<byte[]?> ReadAllAsync(BlobId id)
    {
        using BlobView? view = await Blobs.OpenAsync(id, Stop);
        if (view is null)
            return null;
        byte[] bytes = new byte[view.Info.Length];
        Assert.Equal(bytes.Length, await view.ReadAsync(0, bytes, Stop));
        return bytes;
    }

    /// <summary>A power cut; then the disk is opened again.</summary>
    public void Crash()
    {
        Disk.Crash(_random);
        Store = new FlippingStore(new SimStore(Disk, _random, TimeProvider.System, _options));
        Blobs = new BlobStore(Store, Clock);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

internal sealed class StandingClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
