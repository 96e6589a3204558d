using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Proofs;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>What is read while the log is cut back and goes on otherwise.</summary>
public sealed class LogOvertakenTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_that_a_truncation_overtakes_never_gives_the_block_of_before()
    {
        await using LogWorld world = new();
        await using (Log first = await OpenAsync(world))
            await first.AppendAsync([LogWorld.Block("a"), LogWorld.Block("b")], cancellationToken: Now);
        await world.RestartAsync();
        await using OvertakenRead read = await OvertakenRead.OpenAsync(world);
        Task<byte[]?> block = read.Log.GetAsync(1, cancellationToken: Now).AsTask();
        await read.RewriteAsync();
        Assert.Equal("B", LogWorld.Text(await block));
    }

    [Fact]
    public async Task A_proof_that_a_truncation_overtakes_is_none()
    {
        await using LogWorld world = new();
        await using (Log first = await OpenAsync(world))
            await first.AppendAsync([LogWorld.Block("a"), LogWorld.Block("b")], cancellationToken: Now);
        await world.RestartAsync();
        await using OvertakenRead read = await OvertakenRead.OpenAsync(world, isEarly: true);
        ProofRequest request = new() { Block = new NodeRequest(0, 1) };
        Task<Proof?> proof = read.Log.ProveAsync(request, Now).AsTask();
        await read.RewriteAsync();
        Assert.Null(await proof);
    }

    private static async Task<Log> OpenAsync(LogWorld world) =>
        await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);

    /// <summary>A log of two blocks and a read that waits while the second is cut off and replaced.</summary>
    private sealed class OvertakenRead(LogStore logs, Log log, SecretKey otherKey) : IAsyncDisposable
    {
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _reads;

        public Log Log => log;

        /// <param name="world">Has the log.</param>
        /// <param name="isEarly">Whether the read waits before it looks, and not after.</param>
        public static async Task<OvertakenRead> OpenAsync(LogWorld world, bool isEarly = false)
        {
            StoppingStore store = new(world.Store);
            LogStore logs = new(store, TimeProvider.System, new LogStoreOptions { PageMemory = 64 << 10 });
            Log log = await logs.CreateAsync(new LogCreation { SecretKey = world.Key(1) }, Now);
            OvertakenRead read = new(logs, log, world.Key(2));
            store.Reading = get => read.ReadAsync(get, isEarly);
            return read;
        }

        public async Task RewriteAsync()
        {
            Assert.Equal(1, _reads);
            await log.TruncateAsync(1, cancellationToken: Now);
            await log.AppendAsync(LogWorld.Block("B"), cancellationToken: Now);
            await using Log other = await logs.CreateAsync(new LogCreation { SecretKey = otherKey }, Now);

            // Fills the cache, so that nobody remembers the page that was replaced.
            await other.AppendAsync(
                [.. Enumerable.Range(0, 5000).Select(n => LogWorld.Block($"block {n}"))], cancellationToken: Now);
            _goOn.TrySetResult();
        }

        public async ValueTask DisposeAsync()
        {
            _goOn.TrySetResult();
            await log.DisposeAsync();
            await logs.DisposeAsync();
            otherKey.Dispose();
        }

        private async ValueTask<byte[]?> ReadAsync(Func<ValueTask<byte[]?>> get, bool isEarly)
        {
            if (Interlocked.Increment(ref _reads) > 1)
                return await get();
            byte[]? early = isEarly ? null : await get();
            await _goOn.Task;
            return isEarly ? await get() : early;
        }
    }
}
