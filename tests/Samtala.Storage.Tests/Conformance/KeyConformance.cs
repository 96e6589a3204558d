namespace Samtala.Storage.Tests.Conformance;

/// <summary>Keys, values, expectations and order.</summary>
public abstract class KeyConformance : StoreConformance
{
    [Fact]
    public async Task A_committed_value_is_read_back()
    {
        await using var store = await OpenAsync();
        await CommitAsync(store, new WriteBatch().Put(s_exact, Bytes("a"), Bytes("1")));
        Assert.Equal(Bytes("1"), await store.GetAsync(s_exact, Bytes("a"), Token));
    }

    [Fact]
    public async Task An_absent_key_is_null_and_an_empty_value_is_not()
    {
        await using var store = await OpenAsync();
        await CommitAsync(store, new WriteBatch().Put(s_exact, Bytes("empty"), []).Put(s_ordered, Bytes("empty"), []));
        Assert.Null(await store.GetAsync(s_exact, Bytes("nothing"), Token));
        Assert.Null(await store.GetAsync(s_ordered, Bytes("nothing"), Token));
        Assert.Empty(Assert.IsType<byte[]>(await store.GetAsync(s_exact, Bytes("empty"), Token)));
        Assert.Empty(Assert.IsType<byte[]>(await store.GetAsync(s_ordered, Bytes("empty"), Token)));
    }

    [Fact]
    public async Task Keyspaces_do_not_see_each_other()
    {
        await using var store = await OpenAsync();
        var other = Keyspace.Exact("exac");
        await CommitAsync(
            store, new WriteBatch().Put(s_exact, Bytes("k"), Bytes("1")).Put(other, Bytes("tk"), Bytes("2")));
        Assert.Null(await store.GetAsync(other, Bytes("k"), Token));
        Assert.Null(await store.GetAsync(s_exact, Bytes("tk"), Token));
    }

    [Fact]
    public async Task The_last_operation_of_a_batch_on_a_key_wins()
    {
        await using var store = await OpenAsync();
        await CommitAsync(store, new WriteBatch()
            .Put(s_exact, Bytes("a"), Bytes("1")).Put(s_exact, Bytes("a"), Bytes("22"))
            .Put(s_exact, Bytes("b"), Bytes("1")).Delete(s_exact, Bytes("b"))
            .Delete(s_exact, Bytes("c")).Put(s_exact, Bytes("c"), Bytes("3")));
        Assert.Equal(Bytes("22"), await store.GetAsync(s_exact, Bytes("a"), Token));
        Assert.Null(await store.GetAsync(s_exact, Bytes("b"), Token));
        Assert.Equal(Bytes("3"), await store.GetAsync(s_exact, Bytes("c"), Token));
    }

    [Fact]
    public async Task The_largest_key_and_value_fit_and_larger_ones_are_refused()
    {
        await using var store = await OpenAsync();
        var key = Noise(1, StoreLimits.KeySizeMax);
        var value = Noise(2, StoreLimits.ValueSizeMax);
        await CommitAsync(store, new WriteBatch().Put(s_exact, key, value).Put(s_ordered, key, value));
        Assert.Equal(value, await store.GetAsync(s_exact, key, Token));
        Assert.Equal(value, await store.GetAsync(s_ordered, key, Token));
        Assert.Throws<ArgumentException>(() => new WriteBatch().Put(s_exact, new byte[key.Length + 1], []));
        Assert.Throws<ArgumentException>(() => new WriteBatch().Put(s_exact, key, new byte[value.Length + 1]));
        Assert.Throws<ArgumentException>(() => new WriteBatch().Put(s_exact, [], value));
    }

    [Fact]
    public async Task A_batch_over_the_limit_is_refused_whole()
    {
        await using var store = await OpenAsync();
        WriteBatch batch = new();
        var value = new byte[StoreLimits.ValueSizeMax];
        for (var i = 0; i <= StoreLimits.BatchSizeMax / value.Length; i++)
            batch.Put(s_exact, Bytes($"{i}"), value);
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await store.CommitAsync(batch, Durability.Durable, Token));
        Assert.Null(await store.GetAsync(s_exact, Bytes("0"), Token));
    }

    [Fact]
    public async Task A_batch_just_under_the_limit_commits()
    {
        await using var store = await OpenAsync();
        WriteBatch batch = new();
        var value = Noise(3, StoreLimits.ValueSizeMax);
        for (var i = 0; BatchSize.Of(batch) + value.Length + 200 < StoreLimits.BatchSizeMax; i++)
            batch.Put(s_exact, Bytes($"{i}"), value);
        await CommitAsync(store, batch);
        Assert.Equal(value, await store.GetAsync(s_exact, Bytes("0"), Token));
    }

    [Fact]
    public async Task An_expectation_that_fails_applies_nothing_and_is_named()
    {
        await using var store = await OpenAsync();
        await CommitAsync(store, new WriteBatch().Put(s_exact, Bytes("head"), Bytes("1")));
        var result = await store.CommitAsync(
            new WriteBatch().Put(s_exact, Bytes("x"), Bytes("x"))
                .Expect(s_exact, Bytes("head"), Bytes("1"))
                .ExpectAbsent(s_exact, Bytes("y"))
                .Expect(s_exact, Bytes("head"), Bytes("2")),
            Durability.Durable,
            Token);
        Assert.Equal(new CommitResult(false, 2), result);
        Assert.Null(await store.GetAsync(s_exact, Bytes("x"), Token));
    }

    [Fact]
    public async Task Expectations_see_the_state_before_their_batch()
    {
        await using var store = await OpenAsync();
        await CommitAsync(
            store, new WriteBatch().Put(s_exact, Bytes("a"), Bytes("1")).ExpectAbsent(s_exact, Bytes("a")));
        await CommitAsync(
            store, new WriteBatch().Put(s_exact, Bytes("a"), Bytes("2")).Expect(s_exact, Bytes("a"), Bytes("1")));
        await CommitAsync(store, new WriteBatch().Delete(s_exact, Bytes("a")).Expect(s_exact, Bytes("a"), Bytes("2")));
        var absent = await store.CommitAsync(
            new WriteBatch().Expect(s_exact, Bytes("a"), Bytes("2")), Durability.Durable, Token);
        Assert.Equal(new CommitResult(false, 0), absent);
    }

    [Fact]
    public async Task Of_many_writers_with_one_expectation_exactly_one_wins()
    {
        await using var store = await OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => store.CommitAsync(
            new WriteBatch().ExpectAbsent(s_exact, Bytes("one")).Put(s_exact, Bytes("one"), Bytes($"{i}")),
            i % 2 == 0 ? Durability.Durable : Durability.Later,
            Token).AsTask()));
        var winner = Assert.Single(Enumerable.Range(0, 50), i => results[i].Committed);
        Assert.Equal(Bytes($"{winner}"), await store.GetAsync(s_exact, Bytes("one"), Token));
    }

    [Fact]
    public async Task Counting_by_compare_and_set_loses_no_step()
    {
        await using var store = await OpenAsync();
        await CommitAsync(store, new WriteBatch().Put(s_ordered, Bytes("n"), BitConverter.GetBytes(0)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var old = await store.GetAsync(s_ordered, Bytes("n"), Token);
                var next = BitConverter.GetBytes(BitConverter.ToInt32(old!) + 1);
                var batch = new WriteBatch().Expect(s_ordered, Bytes("n"), old).Put(s_ordered, Bytes("n"), next);
                if ((await store.CommitAsync(batch, Durability.Durable, Token)).Committed)
                    done++;
            }
        }, Token)));
        Assert.Equal(200, BitConverter.ToInt32(await store.GetAsync(s_ordered, Bytes("n"), Token)));
    }

    [Fact]
    public async Task A_scan_is_sorted_by_bytes_and_bounded()
    {
        await using var store = await OpenAsync();
        WriteBatch batch = new();
        foreach (var key in new[] { "b", "a", "c", "aa", "ba", "Z" })
            batch.Put(s_ordered, Bytes(key), Bytes(key));
        await CommitAsync(store, batch);
        Assert.Equal(["Z", "a", "aa", "b", "ba", "c"], await KeysAsync(store, "", "", 100));
        Assert.Equal(["aa", "b"], await KeysAsync(store, "aa", "ba", 100));
        Assert.Equal(["aa", "b"], await KeysAsync(store, "a0", "", 2));
        Assert.Empty(await KeysAsync(store, "d", "", 2));
        Assert.Empty(await KeysAsync(store, "c", "a", 2));
    }

    [Fact]
    public async Task A_scan_of_an_exact_keyspace_or_of_nothing_is_refused()
    {
        await using var store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await store.ScanAsync(s_exact, new ScanRange(default, default, 1), Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await store.ScanAsync(s_ordered, new ScanRange(default, default, 0), Token));
    }

    [Fact]
    public async Task What_the_caller_gets_is_a_copy()
    {
        await using var store = await OpenAsync();
        await CommitAsync(store, new WriteBatch().Put(s_ordered, Bytes("a"), Bytes("1")));
        (await store.GetAsync(s_ordered, Bytes("a"), Token))![0] = 0;
        var page = await store.ScanAsync(s_ordered, new ScanRange(default, default, 9), Token);
        page[0].Key[0] = page[0].Value[0] = 0;
        Assert.Equal(Bytes("1"), await store.GetAsync(s_ordered, Bytes("a"), Token));
    }

    [Fact]
    public async Task A_batch_can_be_reused_once_the_call_returned()
    {
        await using var store = await OpenAsync();
        WriteBatch batch = new();
        List<Task<CommitResult>> commits = [];
        for (var i = 0; i < 100; i++)
        {
            batch.Clear();
            batch.Put(s_exact, Bytes($"{i}"), Bytes($"v{i}"));
            commits.Add(store.CommitAsync(batch, Durability.Durable, Token).AsTask());
        }

        await Task.WhenAll(commits);
        for (var i = 0; i < 100; i++)
            Assert.Equal(Bytes($"v{i}"), await store.GetAsync(s_exact, Bytes($"{i}"), Token));
    }

    [Fact]
    public async Task A_clean_stop_keeps_everything_also_what_was_for_later()
    {
        await using (var store = await OpenAsync())
        {
            await CommitAsync(
                store, new WriteBatch().Put(s_exact, Bytes("d"), Bytes("1")).Put(s_ordered, Bytes("o"), Bytes("2")));
            await store.CommitAsync(new WriteBatch().Put(s_exact, Bytes("l"), Bytes("3")), Durability.Later, Token);
        }

        await using var again = await OpenAsync();
        Assert.Equal(Bytes("1"), await again.GetAsync(s_exact, Bytes("d"), Token));
        Assert.Equal(Bytes("2"), await again.GetAsync(s_ordered, Bytes("o"), Token));
        Assert.Equal(Bytes("3"), await again.GetAsync(s_exact, Bytes("l"), Token));
        Assert.Equal(["o"], await KeysAsync(again, "", "", 10));
    }

    [Fact]
    public async Task Later_is_visible_at_once_and_flush_completes()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(new WriteBatch().Put(s_exact, Bytes("l"), Bytes("3")), Durability.Later, Token);
        Assert.Equal(Bytes("3"), await store.GetAsync(s_exact, Bytes("l"), Token));
        await store.FlushAsync(Token);
    }

    [Fact]
    public async Task Many_random_batches_leave_what_a_dictionary_holds()
    {
        var seed = Seeds.Next();
        Random random = new(seed);
        Dictionary<string, byte[]> model = [];
        for (var life = 0; life < 3; life++)
        {
            await using var store = await OpenAsync();
            for (var i = 0; i < 200; i++)
                await RandomBatchAsync(store, random, model);
            for (var k = 0; k < 60; k++)
            {
                var keyspace = k % 2 == 0 ? s_exact : s_ordered;
                Assert.Equal(model.GetValueOrDefault($"{k}"), await store.GetAsync(keyspace, Bytes($"{k}"), Token));
            }

            var ordered = model.Keys.Where(k => int.Parse(k, null) % 2 == 1).Order(StringComparer.Ordinal);
            Assert.Equal(ordered, await KeysAsync(store, "", "", 1000));
        }
    }

    [Fact]
    public async Task Leases_are_granted_with_rising_tokens_across_restarts()
    {
        long token;
        await using (var store = await OpenAsync())
        {
            var first = await store.TryAcquireLeaseAsync("poller", "me", TimeSpan.FromMinutes(1), Token);
            var second = await store.TryAcquireLeaseAsync("poller", "me", TimeSpan.FromMinutes(1), Token);
            Assert.True(second!.Token > first!.Token);
            token = second.Token;
        }

        await using var again = await OpenAsync();
        Assert.True((await again.TryAcquireLeaseAsync("poller", "you", TimeSpan.Zero, Token))!.Token > token);
        Assert.Equal(1, (await again.TryAcquireLeaseAsync("other", "you", TimeSpan.Zero, Token))!.Token);
    }

    [Fact]
    public async Task A_closed_store_refuses()
    {
        var store = await OpenAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetAsync(s_exact, Bytes("a"), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await store.CommitAsync(new WriteBatch(), Durability.Later, Token));
    }

    private static async Task RandomBatchAsync(IStore store, Random random, Dictionary<string, byte[]> model)
    {
        WriteBatch batch = new();
        for (var n = random.Next(1, 8); n > 0; n--)
        {
            var k = random.Next(60);
            var keyspace = k % 2 == 0 ? s_exact : s_ordered;
            if (random.Next(4) == 0)
            {
                batch.Delete(keyspace, Bytes($"{k}"));
                model.Remove($"{k}");
            }
            else
            {
                var value = Noise(random.Next(), random.Next(300));
                batch.Put(keyspace, Bytes($"{k}"), value);
                model[$"{k}"] = value;
            }
        }

        var durability = random.Next(3) == 0 ? Durability.Durable : Durability.Later;
        Assert.True((await store.CommitAsync(batch, durability, Token)).Committed);
    }
}
