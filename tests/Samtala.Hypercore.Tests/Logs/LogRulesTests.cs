using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;
using Samtala.Hypercore.Proofs;
using Samtala.Hypercore.Replication;
using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>Every error of docs/logs.md, and the sessions that are no plain ones.</summary>
public sealed class LogRulesTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_without_its_key_is_not_written()
    {
        await using LogWorld world = new();
        await using Log log = await world.Logs.OpenAsync(new Hash32(new byte[32]), cancellationToken: Now);
        await RefusedAsync(LogProblem.NotWritable, async () => await log.AppendAsync(LogWorld.Block("x")));
        await RefusedAsync(LogProblem.NotWritable, async () => await log.TruncateAsync(0));
        using SecretKey other = world.Key(2);
        await using Log stranger = await world.Logs.OpenAsync(
            new Hash32(new byte[32]), new LogOptions { SecretKey = other }, Now);
        Assert.False(stranger.IsWritable);
    }

    [Fact]
    public async Task Blocks_and_appends_have_limits()
    {
        await using LogWorld world = new();
        await using Log log = await OwnAsync(world);
        await RefusedAsync(
            LogProblem.TooLarge, async () => await log.AppendAsync(new byte[LogLimits.BlockSizeMax + 1]));
        await RefusedAsync(
            LogProblem.TooLarge,
            async () => await log.AppendAsync(new ReadOnlyMemory<byte>[LogLimits.AppendCountMax + 1]));
        await RefusedAsync(
            LogProblem.TooLarge, async () => await log.SetUserDataAsync("a", new byte[LogLimits.UserDataSizeMax]));
        Assert.Equal(0UL, log.AppliedLength);
    }

    [Fact]
    public async Task A_log_that_must_not_fork_is_never_cut_back()
    {
        await using LogWorld world = new();
        await using Log log = await OwnAsync(world, ForkPolicy.None);
        await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        await RefusedAsync(LogProblem.ForkRefused, async () => await log.TruncateAsync(0));
    }

    [Fact]
    public async Task Truncation_needs_a_length_of_the_log_and_a_higher_fork()
    {
        await using LogWorld world = new();
        await using Log log = await OwnAsync(world);
        await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        await RefusedAsync(LogProblem.OutOfRange, async () => await log.TruncateAsync(2));
        await RefusedAsync(LogProblem.OutOfRange, async () => await log.TruncateAsync(0, 0));
        await log.TruncateAsync(0, 7, Now);
        Assert.Equal((0UL, 7UL), (log.Length, log.Fork));
    }

    [Fact]
    public async Task A_wrong_manifest_is_refused()
    {
        await using LogWorld world = new();
        using SecretKey key = world.Key(1);
        LogOptions options = new() { Manifest = Manifest.Single(key.PublicKey) };
        await RefusedAsync(
            LogProblem.WrongManifest, async () => await world.Logs.OpenAsync(new Hash32(new byte[32]), options));
    }

    [Fact]
    public async Task A_log_of_several_signers_takes_an_assembled_signature_only()
    {
        await using LogWorld world = new();
        using SecretKey one = world.Key(1);
        using SecretKey two = world.Key(2);
        Manifest manifest = Manifest.Create(new ManifestParts
        {
            Signers = [new ManifestSigner(one.PublicKey), new ManifestSigner(two.PublicKey)],
        });
        await using Log log = await world.Logs.CreateAsync(
            new LogCreation { Manifest = manifest, SecretKey = one }, Now);
        await RefusedAsync(LogProblem.NotWritable, async () => await log.AppendAsync(LogWorld.Block("a")));
        ReadOnlyMemory<byte>[] blocks = [LogWorld.Block("a"), LogWorld.Block("b")];
        LogHead head = log.PrepareAppend(blocks);
        LogAuthority authority = new(log.Key, manifest);
        byte[] signature = authority.Assemble([authority.SignPart(two, head), authority.SignPart(one, head)]);
        await RefusedAsync(
            LogProblem.BadSignature, async () => await log.AppendSignedAsync([LogWorld.Block("c")], signature));
        Assert.Equal(0UL, await log.AppendSignedAsync(blocks, signature, cancellationToken: Now));
        Assert.Equal(2UL, log.Length);
        Assert.True(authority.Verify(log.Head));
    }

    [Fact]
    public async Task A_batch_reads_its_own_blocks_and_refuses_a_log_that_changed()
    {
        await using LogWorld world = new();
        await using Log log = await OwnAsync(world);
        await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        LogBatch batch = log.BeginBatch();
        Assert.Equal(1UL, batch.Add(LogWorld.Block("b")));
        Assert.Equal("a", LogWorld.Text(await batch.GetAsync(0, Now)));
        Assert.Equal("b", LogWorld.Text(await batch.GetAsync(1, Now)));
        Assert.Equal(1UL, log.AppliedLength);
        LogBatch late = log.BeginBatch();
        late.Add(LogWorld.Block("c"));
        Assert.Equal(1UL, await batch.AppendAsync(cancellationToken: Now));
        await RefusedAsync(LogProblem.Conflict, async () => await late.AppendAsync());
        Assert.Equal(2UL, log.Length);
    }

    [Fact]
    public async Task A_snapshot_stays_and_never_shows_blocks_that_came_later()
    {
        await using LogWorld world = new();
        await using Log log = await OwnAsync(world);
        await log.AppendAsync([LogWorld.Block("a"), LogWorld.Block("b")], cancellationToken: Now);
        await using Log snapshot = await log.SnapshotAsync();
        await log.TruncateAsync(1, cancellationToken: Now);
        await log.AppendAsync([LogWorld.Block("B"), LogWorld.Block("C")], cancellationToken: Now);
        Assert.Equal((2UL, 0UL), (snapshot.Length, snapshot.Fork));
        Assert.Equal("a", LogWorld.Text(await snapshot.GetAsync(0, cancellationToken: Now)));
        Assert.Null(await snapshot.GetAsync(1, cancellationToken: Now));
        Assert.Equal((3UL, 1UL), (log.Length, log.Fork));
        await RefusedAsync(LogProblem.ReadOnly, async () => await snapshot.AppendAsync(LogWorld.Block("x")));
    }

    [Fact]
    public async Task After_an_older_copy_was_restored_writing_waits_for_a_word()
    {
        await using LogWorld world = new();
        using SecretKey key = world.Key(1);
        await using (Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = key }, Now))
            await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        world.Options = world.Options with { History = new StoreHistory(false, "a test says so") };
        await world.RestartAsync();
        await using (Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = key }, Now))
        {
            Assert.True(log.MustVerifyHead);
            await RefusedAsync(LogProblem.MustVerifyHead, async () => await log.AppendAsync(LogWorld.Block("b")));
        }

        // Nobody said a word in that run: the doubt outlives a clean stop.
        world.Options = world.Options with { History = StoreHistory.Continuous };
        await world.RestartAsync();
        await using (Log log = await world.Logs.CreateAsync(new LogCreation { SecretKey = key }, Now))
        {
            Assert.True(log.MustVerifyHead);
            await log.ConfirmHeadAsync(Now);
            await log.AppendAsync(LogWorld.Block("b"), cancellationToken: Now);
        }

        await world.RestartAsync();
        await using Log last = await world.Logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        Assert.True(last.IsWritable);
    }

    [Fact]
    public async Task A_frozen_log_takes_nothing_and_keeps_the_proof()
    {
        await using LogWorld world = new();
        await using LogWorld twin = new();
        await using Log log = await OwnAsync(world);
        await using Log other = await OwnAsync(twin);
        await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        await other.AppendAsync(LogWorld.Block("b"), cancellationToken: Now);
        ProofRequest request = ConflictProof.RequestFor(0, 1);
        Proof? first = await log.ProveAsync(request, Now);
        Proof? second = await other.ProveAsync(request, Now);
        LogAuthority authority = new(log.Key, log.Manifest);
        Assert.True(ConflictProof.TryCreate(authority, first!, second!, out ConflictProof? conflict));
        await ((IForkingLog)log.Replicated).FreezeAsync(conflict!, Now);
        await RefusedAsync(LogProblem.Frozen, async () => await log.AppendAsync(LogWorld.Block("c")));
        await log.DisposeAsync();
        await world.RestartAsync();
        await using Log again = await OwnAsync(world);
        Assert.True(again.IsFrozen);
        Assert.Equal(conflict!.SecondTreeHash, again.Conflict!.SecondTreeHash);
        await RefusedAsync(LogProblem.Frozen, async () => await again.AppendAsync(LogWorld.Block("c")));
        Assert.Equal("a", LogWorld.Text(await again.GetAsync(0, cancellationToken: Now)));
    }

    [Fact]
    public async Task User_data_is_kept_beside_the_log_and_deleted_logs_give_everything_back()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await log.SetUserDataAsync("kind", LogWorld.Block("chat"), Now);
        for (int i = 0; i < 20; i++)
        {
            await log.AppendAsync(
                [.. Enumerable.Range(0, 50).Select(n => LogWorld.Block($"{i}.{n}"))],
                cancellationToken: Now);
        }

        Assert.Equal("chat", LogWorld.Text(await log.GetUserDataAsync("kind", Now)));
        Assert.NotEmpty(store.LiveExtents);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await logs.DeleteAsync(log.Key, Now));
        await log.DisposeAsync();
        Assert.Equal([log.Key], await logs.ListAsync(cancellationToken: Now));
        Assert.Equal(log.Key, await logs.FindByDiscoveryKeyAsync(log.DiscoveryKey, Now));
        Assert.True(await logs.DeleteAsync(log.Key, Now));
        Assert.False(await logs.DeleteAsync(log.Key, Now));
        Assert.Empty(store.LiveExtents);
        Assert.Empty(await logs.ListAsync(cancellationToken: Now));
        Assert.Null(await logs.FindByDiscoveryKeyAsync(log.DiscoveryKey, Now));
        await using Log anew = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        Assert.Equal(0UL, anew.Length);
        Assert.Null(await anew.GetUserDataAsync("kind", Now));
    }

    [Fact]
    public async Task An_encrypted_log_shows_lengths_and_bytes_without_padding()
    {
        await using LogWorld world = new();
        using SecretKey key = world.Key(1);
        using SymmetricKey secret = world.Secret(new byte[32]);
        LogCreation creation = new() { SecretKey = key, Encryption = new LogEncryption(secret) };
        await using Log log = await world.Logs.CreateAsync(creation, Now);
        await log.AppendAsync(
            [LogWorld.Block("hello"), LogWorld.Block(""), LogWorld.Block("world")],
            cancellationToken: Now);
        Assert.Equal((10UL, 34UL), (log.ByteLength, log.Head.ByteLength));
        Assert.Equal("world", LogWorld.Text(await log.GetAsync(2, cancellationToken: Now)));
        Assert.Equal((2UL, 1UL), await log.SeekAsync(6, Now));
        await using Log blind = await world.Logs.OpenAsync(log.Key, cancellationToken: Now);
        Assert.Equal(13, (await blind.GetAsync(2, cancellationToken: Now))!.Length);
    }

    [Fact]
    public async Task Changes_are_told_once_they_are_durable()
    {
        await using LogWorld world = new();
        await using Log log = await OwnAsync(world);
        await using IAsyncEnumerator<LogChange> changes = log.WatchAsync(Now).GetAsyncEnumerator(Now);
        ValueTask<bool> next = changes.MoveNextAsync();
        await log.AppendAsync(LogWorld.Block("a"), Durability.Later, Now);
        Assert.False(next.IsCompleted);
        await log.FlushAsync(Now);
        Assert.True(await next);
        Assert.Equal(new LogChange(LogChangeKind.Appended, 0, 1, 1, 0), changes.Current);
        await log.ClearAsync(0, 1, Now);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(LogChangeKind.Cleared, changes.Current.Kind);
    }

    [Fact]
    public async Task When_the_disk_refuses_the_log_is_what_it_was()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        await using LogStore logs = new(store, TimeProvider.System);
        using SecretKey key = world.Key(1);
        Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        store.CommitsLeft = 0;
        await Assert.ThrowsAsync<StoreException>(async () => await log.AppendAsync(LogWorld.Block("b")));
        Assert.Equal((1UL, 1UL), (log.Length, log.AppliedLength));
        Assert.Null(await log.GetAsync(1, cancellationToken: Now));
        Assert.Equal("a", LogWorld.Text(await log.GetAsync(0, cancellationToken: Now)));
    }

    [Fact]
    public async Task Blocks_for_later_that_the_disk_refused_are_missed_at_the_flush()
    {
        await using LogWorld world = new();
        StoppingStore store = new(world.Store);
        LogStoreOptions options = new() { GroupSize = 64 << 10, WaitingSizeMax = 128 << 10 };
        await using LogStore logs = new(store, TimeProvider.System, options);
        using SecretKey key = world.Key(1);
        Log log = await logs.CreateAsync(new LogCreation { SecretKey = key }, Now);
        await log.AppendAsync(LogWorld.Block("a"), cancellationToken: Now);
        store.CommitsLeft = 0;
        await log.AppendAsync(new byte[80 << 10], Durability.Later, Now);
        await Assert.ThrowsAsync<StoreException>(async () => await log.FlushAsync(Now));
        Assert.Equal((1UL, 1UL), (log.Length, log.AppliedLength));
    }

    private static async Task<Log> OwnAsync(LogWorld world, ForkPolicy policy = ForkPolicy.Allow) =>
        await world.Logs.CreateAsync(new LogCreation { SecretKey = world.Key(1), ForkPolicy = policy }, Now);

    private static async Task RefusedAsync(LogProblem problem, Func<Task> act)
    {
        LogException refused = await Assert.ThrowsAsync<LogException>(act);
        Assert.Equal(problem, refused.Problem);
    }
}
