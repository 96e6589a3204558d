using Samtala.Hypercore.Blobs;
using Samtala.Testing;

namespace Samtala.Answers.Tests;

/// <summary>Answers on a simulated store that can be closed and opened again.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly SimDisk _disk = new();

    public World() => Open();

    public SimStore Store { get; private set; } = null!;

    public BlobStore Blobs { get; private set; } = null!;

    public AnswerStore Answers { get; private set; } = null!;

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Open();
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private void Open()
    {
        Store = new SimStore(_disk, new Random(1), TimeProvider.System);
        Blobs = new BlobStore(Store, TimeProvider.System);
        Answers = new AnswerStore(Store, Blobs, TimeProvider.System, 32 * 1024 * 1024);
    }
}
