using System.Security.Cryptography;
using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Testing;

namespace Samtala.Peers.Tests;

/// <summary>Two nodes over TCP on this machine.</summary>
public sealed class PeerNodeTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_followed_log_is_read_from_the_node_that_writes_it()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var kept = await WriteOneAsync(a, isShared: true);
        var followed = await FollowAsync(b, kept.Key, a.Address);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(b, followed, 0));
        Assert.Single(b.Peers.PeersOf(kept.Key));
        while (!b.Peers.LinkTo(a.Address)!.IsConnected)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        Assert.Equal(a.Peers.Device, b.Peers.LinkTo(a.Address)!.Peer);
    }

    [Fact]
    public async Task A_log_that_is_not_shared_is_given_to_nobody_and_one_that_is_shared_later_to_who_asks_then()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var kept = await WriteOneAsync(a, isShared: false);
        var followed = await FollowAsync(b, kept.Key, a.Address);
        using (CancellationTokenSource patience = new(TimeSpan.FromSeconds(1)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => b.Peers.UpdateAsync(followed, 1, patience.Token));
        }

        Assert.Equal(0UL, (await b.Peers.OpenAsync(followed)).AppliedLength);
        await a.Peers.ShareAsync(kept, isShared: true, Cancel);
        followed = await FollowAsync(b, kept.Key, a.Address);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(b, followed, 0));
    }

    [Fact]
    public async Task What_is_kept_and_followed_is_there_after_a_restart()
    {
        await using var a = await TestNode.StartAsync();
        var open = await a.Peers.CreateAsync("open", isShared: true, isEncrypted: true, Cancel);
        await (await a.Peers.OpenAsync(open)).AppendAsync("secret"u8.ToArray());
        TestNode first = await TestNode.StartAsync();
        var (disk, seed) = (first.Disk, first.Seed);
        var own = await first.Peers.CreateAsync("mine", isShared: false, isEncrypted: true, Cancel);
        await (await first.Peers.OpenAsync(own)).AppendAsync("kept"u8.ToArray());
        await FollowAsync(first, open.Key, a.Address, label: "theirs");
        await first.DisposeAsync();

        await using var again = await TestNode.StartAsync(disk, seed);
        Assert.Equal(own.Key, again.Peers.Find("mine")!.Key);
        Assert.Equal("kept"u8.ToArray(), await (await again.Peers.OpenAsync(own)).GetAsync(0));
        Assert.Equal([a.Address], again.Peers.Find("theirs")!.Peers);
        Assert.NotEqual("secret"u8.ToArray(), await ReadAsync(again, again.Peers.Find("theirs")!, 0));
    }

    [Fact]
    public async Task A_peer_that_comes_back_is_dialled_again()
    {
        await using var b = await TestNode.StartAsync();
        var a = await TestNode.StartAsync();
        var kept = await WriteOneAsync(a, isShared: true);
        var followed = await FollowAsync(b, kept.Key, a.Address);
        await ReadAsync(b, followed, 0);
        await a.DisposeAsync();
        while (b.Peers.LinkTo(followed.Peers[0])!.IsConnected)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        Assert.NotEmpty(b.Peers.LinkTo(followed.Peers[0])!.Error);
    }

    [Fact]
    public async Task Taken_labels_own_logs_and_odd_addresses_are_refused()
    {
        await using var a = await TestNode.StartAsync();
        var kept = await a.Peers.CreateAsync("l", isShared: false, isEncrypted: false, Cancel);
        Assert.Equal("SAM0984", (await Assert.ThrowsAsync<PeerException>(
            () => a.Peers.CreateAsync("l", false, false, Cancel))).Code);
        Assert.Equal("SAM0983", (await Assert.ThrowsAsync<PeerException>(
            () => FollowAsync(a, kept.Key, "192.0.2.1:1"))).Code);
        Assert.Equal("SAM0985", (await Assert.ThrowsAsync<PeerException>(
            () => FollowAsync(a, default, "nowhere"))).Code);
        Assert.Equal("SAM0984", (await Assert.ThrowsAsync<PeerException>(
            () => FollowAsync(a, default, "192.0.2.1:1", "l"))).Code);
    }

    [Fact]
    public async Task A_log_that_was_deleted_is_gone_and_can_be_made_again()
    {
        await using var a = await TestNode.StartAsync();
        var kept = await WriteOneAsync(a, isShared: false);
        await a.Peers.DeleteAsync(kept, Cancel);
        Assert.Null(a.Peers.Find("l"));
        var again = await a.Peers.CreateAsync("l", isShared: false, isEncrypted: false, Cancel);
        Assert.Equal(0UL, (await a.Peers.OpenAsync(again)).Length);
    }

    [Fact]
    public async Task A_log_that_is_made_again_under_its_old_label_is_another_log_also_after_a_restart()
    {
        SimDisk disk = new();
        var seed = RandomNumberGenerator.GetBytes(32);
        List<KeptLog> logs = [];
        List<string> secrets = [];
        for (var i = 0; i < 3; i++)
        {
            await using var a = await TestNode.StartAsync(disk, seed);
            Assert.Null(a.Peers.Find("l"));
            var kept = await a.Peers.CreateAsync("l", isShared: true, isEncrypted: true, Cancel);
            logs.Add(kept);
            secrets.Add(a.Peers.EncryptionKeyOf(kept));
            await (await a.Peers.OpenAsync(kept)).AppendAsync("one"u8.ToArray());
            await a.Peers.DeleteAsync(kept, Cancel);
            Assert.Empty(a.Peers.Kept);
        }

        Assert.Equal(3, logs.DistinctBy(log => log.Key).Count());
        Assert.Equal(3, secrets.Distinct().Count());
        KeptLog last;
        await using (var b = await TestNode.StartAsync(disk, seed))
        {
            var refused = await Assert.ThrowsAsync<PeerException>(() => FollowAsync(b, logs[1].Key, "192.0.2.1:1"));
            Assert.Equal("SAM0983", refused.Code);
            last = await b.Peers.CreateAsync("l", isShared: false, isEncrypted: true, Cancel);
            Assert.Equal(0UL, (await b.Peers.OpenAsync(last)).Length);
            await (await b.Peers.OpenAsync(last)).AppendAsync("one"u8.ToArray());
        }

        await using var again = await TestNode.StartAsync(disk, seed);
        Assert.Equal(last.Key, again.Peers.Find("l")!.Key);
        Assert.Equal("one"u8.ToArray(), await (await again.Peers.OpenAsync(last)).GetAsync(0));
    }

    [Fact]
    public async Task What_a_power_cut_left_of_a_deleted_log_goes_with_the_next_start()
    {
        SimDisk disk = new();
        var seed = RandomNumberGenerator.GetBytes(32);
        KeptLog kept;
        await using (var a = await TestNode.StartAsync(disk, seed))
        {
            kept = await WriteOneAsync(a, isShared: false);

            // As far as a deletion came.
            await (await LogBook.OpenAsync(a.Store, Cancel)).DeleteAsync(kept, Cancel);
        }

        await using (await TestNode.StartAsync(disk, seed))
        {
            // It erases what is left.
        }

        SimStore store = new(disk, new Random(1), TimeProvider.System);
        await using LogStore logs = new(store, TimeProvider.System);
        Assert.Null(await logs.FindByDiscoveryKeyAsync(Hypercore.Manifests.Manifest.DiscoveryKey(kept.Key), Cancel));
    }

    [Fact]
    public async Task A_log_that_is_shared_no_longer_is_not_given_on_to_peers_that_are_connected()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var kept = await a.Peers.CreateAsync("l", isShared: true, isEncrypted: false, Cancel);
        var log = await a.Peers.OpenAsync(kept);
        await log.AppendAsync("one"u8.ToArray());
        var followed = await FollowAsync(b, kept.Key, a.Address);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(b, followed, 0));
        await a.Peers.ShareAsync(kept, isShared: false, Cancel);
        Assert.Empty(a.Peers.PeersOf(kept.Key));
        await log.AppendAsync("two"u8.ToArray());
        while (b.Peers.PeersOf(kept.Key).Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => b.Peers.UpdateAsync(followed, 2, patience.Token));
        Assert.Equal(1UL, (await b.Peers.OpenAsync(followed)).AppliedLength);
    }

    [Fact]
    public async Task A_shared_log_that_a_peer_reads_can_be_deleted_with_all_its_entries()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var kept = await WriteOneAsync(a, isShared: true);
        var followed = await FollowAsync(b, kept.Key, a.Address);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(b, followed, 0));
        await a.Peers.DeleteAsync(kept, Cancel);
        Assert.Null(a.Peers.Find("l"));
        var again = await a.Peers.CreateAsync("l", isShared: false, isEncrypted: false, Cancel);
        Assert.Equal(0UL, (await a.Peers.OpenAsync(again)).Length);
    }

    [Fact]
    public async Task The_connection_to_a_peer_ends_with_the_last_log_that_is_asked_for_there()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var kept = await WriteOneAsync(a, isShared: true);
        var followed = await FollowAsync(b, kept.Key, a.Address);
        await ReadAsync(b, followed, 0);
        Assert.Equal(1, b.Peers.ConnectionCount);
        await b.Peers.DeleteAsync(followed, Cancel);
        while (a.Peers.ConnectionCount + b.Peers.ConnectionCount > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
    }

    [Fact]
    public async Task An_address_that_nobody_can_have_is_told_and_the_node_stops_all_the_same()
    {
        await using var a = await TestNode.StartAsync();
        await FollowAsync(a, default, "0.0.0.0:1");
        while (a.Peers.LinkTo("0.0.0.0:1")!.Since is null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        Assert.NotEmpty(a.Peers.LinkTo("0.0.0.0:1")!.Error);
    }

    [Fact]
    public async Task A_log_whose_key_another_device_sealed_does_not_keep_the_node_from_starting()
    {
        await using var a = await TestNode.StartAsync();
        var open = await a.Peers.CreateAsync("open", isShared: true, isEncrypted: true, Cancel);
        await (await a.Peers.OpenAsync(open)).AppendAsync("secret"u8.ToArray());
        var key = Convert.FromHexString(a.Peers.EncryptionKeyOf(open));
        TestNode first = await TestNode.StartAsync();
        KeptLog wanted = new() { Key = open.Key, Label = "theirs", Peers = [a.Address] };
        await first.Peers.FollowAsync(wanted, key, Cancel);
        await first.DisposeAsync();

        await using var other = await TestNode.StartAsync(first.Disk);
        var refused = await Assert.ThrowsAsync<PeerException>(
            () => other.Peers.OpenAsync(other.Peers.Find("theirs")!));
        Assert.Equal("SAM0982", refused.Code);
        var followed = await other.Peers.FollowAsync(wanted, key, Cancel);
        Assert.Equal("secret"u8.ToArray(), await ReadAsync(other, followed, 0));
    }

    [Fact]
    public async Task Logs_that_are_followed_at_the_same_time_are_all_dialled()
    {
        await using var a = await TestNode.StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var addresses = Enumerable.Range(1, 8).Select(i => $"127.0.{round}.{i}:1").ToArray();
            await Task.WhenAll(addresses.Select((address, i) => Task.Run(
                () => FollowAsync(a, new Hash32([.. new byte[30], (byte)round, (byte)i]), address), Cancel)));
            Assert.All(addresses, address => Assert.NotNull(a.Peers.LinkTo(address)));
        }
    }

    /// <summary>Makes a log, l, with one entry, one.</summary>
    private static async Task<KeptLog> WriteOneAsync(TestNode node, bool isShared)
    {
        var kept = await node.Peers.CreateAsync("l", isShared, isEncrypted: false, Cancel);
        await (await node.Peers.OpenAsync(kept)).AppendAsync("one"u8.ToArray());
        return kept;
    }

    private static Task<KeptLog> FollowAsync(TestNode node, Hash32 key, string peer, string label = "") =>
        node.Peers.FollowAsync(new KeptLog { Key = key, Label = label, Peers = [peer] }, default, Cancel);

    private static async Task<byte[]?> ReadAsync(TestNode node, KeptLog followed, ulong index)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(s_limit);
        await node.Peers.UpdateAsync(followed, index + 1, limit.Token);
        return await (await node.Peers.OpenAsync(followed)).GetAsync(index, new LogRead { Wait = true }, limit.Token);
    }
}
