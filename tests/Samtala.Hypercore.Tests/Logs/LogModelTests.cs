using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Proofs;
using Samtala.Storage;
using Samtala.Testing;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Logs;

/// <summary>Random appends, batches, truncations, clearings, restarts and stops of the machine equal a list of blocks.
/// SAMTALA_SEED repeats a run, SAMTALA_RUNS makes more.</summary>
public sealed class LogModelTests
{
    private const int StepsPerRun = 30;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_sequence_of_changes_and_crashes_equals_the_model()
    {
        int runs = int.TryParse(Environment.GetEnvironmentVariable("SAMTALA_RUNS"), out int given) ? given : 25;
        Random seeds = TestSeed.NewRandom();
        for (int run = 0; run < runs; run++)
        {
            int seed = seeds.Next();
            try
            {
                await using Run play = new(seed);
                await play.PlayAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Run {run} with seed {seed} failed: {e.Message}", e);
            }
        }
    }

    private sealed class Run(int seed) : IAsyncDisposable
    {
        private readonly Random _random = new(seed);
        private readonly SimDisk _disk = new();
        private readonly SecretSlab _slab = new();
        private readonly List<string> _done = [];
        private StoppingStore _store = null!;
        private LogStore _logs = null!;
        private Log _log = null!;
        private SecretKey _key = null!;

        /// <summary>Everything applied; the durable part is what was flushed last.</summary>
        private ModelLog _applied = ModelLog.Empty;
        private ModelLog _durable = ModelLog.Empty;

        public async Task PlayAsync()
        {
            _key = SecretKey.FromSeed(_slab, new byte[SecretKey.SeedSize]);
            await OpenAsync();
            try
            {
                for (int step = 0; step < StepsPerRun; step++)
                    await StepAsync();
                await FlushAsync();
                await CheckReaderAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{string.Join(", ", _done)}: {e.Message}", e);
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await _log.DisposeAsync();
                await _logs.DisposeAsync();
                await _store.DisposeAsync();
            }
            catch (StoreException)
            {
                // The run failed while its machine was stopped.
            }

            _key.Dispose();
            _slab.Dispose();
        }

        private async Task StepAsync()
        {
            bool stops = _random.Next(5) == 0;
            if (stops)
                _store.CommitsLeft = _random.Next(6);
            ModelLog before = _applied;
            ModelLog after = before;
            try
            {
                after = await ChangeAsync(before);
                if (!stops)
                {
                    await CheckAsync();
                    return;
                }
            }
            catch (StoreException) when (stops)
            {
                after = _intended;
            }

            await RecoverAsync(before, after);
        }

        private ModelLog _intended = ModelLog.Empty;

        private async Task<ModelLog> ChangeAsync(ModelLog before)
        {
            _intended = before;
            int choice = _random.Next(100);
            if (choice < 55)
                return await AppendAsync(before);
            if (choice < 65)
                return await FlushAsync();
            if (choice < 77)
                return await TruncateAsync(before);
            if (choice < 90)
                return await ClearAsync(before);
            _done.Add("restart");
            await _log.DisposeAsync();
            await _logs.DisposeAsync();
            _durable = before;
            await OpenAsync();
            return before;
        }

        private async Task<ModelLog> AppendAsync(ModelLog before)
        {
            int count = _random.Next(30) switch
            {
                0 => 12_000,
                < 4 => _random.Next(1, 700),
                < 15 => 1,
                _ => _random.Next(1, 40),
            };
            int sizeMax = count > 1000 ? 12 : _random.Next(20) == 0 ? 60_000 : 300;
            byte[][] blocks = [.. Enumerable.Range(0, count).Select(_ => new byte[_random.Next(sizeMax)])];
            foreach (byte[] block in blocks)
                _random.NextBytes(block);
            bool later = _random.Next(2) == 0;
            _done.Add($"append {count} x <{sizeMax}{(later ? " later" : "")}");
            _intended = before.Append(blocks);
            ulong first = await _log.AppendAsync(
                [.. blocks.Select(b => (ReadOnlyMemory<byte>)b)], later ? Durability.Later : Durability.Durable, Now);
            Assert.Equal((ulong)before.Length, first);
            _applied = _intended;
            if (!later)
                _durable = _applied;
            return _applied;
        }

        private async Task<ModelLog> FlushAsync()
        {
            _done.Add("flush");
            await _log.FlushAsync(Now);
            _durable = _applied;
            return _applied;
        }

        private async Task<ModelLog> TruncateAsync(ModelLog before)
        {
            int length = _random.Next(before.Length + 1);
            _done.Add($"truncate {before.Length} to {length}");
            _intended = before.Truncate(length);
            await _log.TruncateAsync((ulong)length, cancellationToken: Now);
            _applied = _durable = _intended;
            return _applied;
        }

        private async Task<ModelLog> ClearAsync(ModelLog before)
        {
            int start = _random.Next(before.Length + 1);
            int count = _random.Next(before.Length - start + 2);
            _done.Add($"clear {start} + {count}");
            _intended = before.Clear(start, count);
            await _log.ClearAsync((ulong)start, (ulong)count, Now);
            _applied = _durable = _intended;
            return _applied;
        }

        private async Task CheckAsync()
        {
            Assert.Equal((ulong)_applied.Length, _log.AppliedLength);
            await _durable.CheckAsync(_log, _random, Now);
            if (_applied.Length > 0)
            {
                int index = _random.Next(_applied.Length);
                byte[]? block = await _log.GetAsync((ulong)index, cancellationToken: Now);
                Assert.Equal(_applied.Cleared.Contains(index) ? null : _applied.Blocks[index], block);
            }
        }

        /// <summary>After a stop the log is as before the change or after it, less whole appends that were not durable.
        /// </summary>
        private async Task RecoverAsync(ModelLog before, ModelLog after)
        {
            // A group may still be on its way, beside this thread: from here on it gets nowhere.
            _store.Stop();
            _disk.Crash(_random);
            _done.Add("stop");
            await OpenAsync();
            List<ModelLog> possible = [];
            foreach (ModelLog candidate in new[] { before, after })
            {
                foreach (int end in candidate.Ends)
                {
                    bool isDurable = candidate.Fork > _durable.Fork || end >= _durable.Length;
                    if (isDurable && candidate.Ends.Contains(end) && !candidate.Cleared.Any(i => i >= end))
                        possible.Add(candidate.Prefix(end));
                }
            }

            ModelLog found = possible.Find(
                m => (ulong)m.Length == _log.Length && m.Fork == _log.Fork && IsClearedAsIn(m))
                ?? throw new InvalidOperationException(
                    $"{_log.Length} blocks of fork {_log.Fork} are no state that the log may have after a stop; "
                    + "durable "
                    + $"were {_durable.Length} of fork {_durable.Fork}.");
            _applied = _durable = found;
            await CheckAsync();
        }

        private bool IsClearedAsIn(ModelLog model)
        {
            for (int i = 0; i < model.Length; i++)
            {
                if (_log.Has((ulong)i) == model.Cleared.Contains(i))
                    return false;
            }

            return true;
        }

        /// <summary>Another log takes everything by proofs, and is the same.</summary>
        private async Task CheckReaderAsync()
        {
            await using LogWorld world = new();
            await using Log reader = await world.Logs.OpenAsync(_log.Key, cancellationToken: Now);
            if (_log.Length == 0)
                return;
            Proof? upgrade = await _log.ProveAsync(
                new ProofRequest { Fork = _log.Fork, Upgrade = new UpgradeRequest(0, _log.Length), Manifest = true },
                Now);
            Assert.Equal(ProofError.None, await reader.Replicated.AcceptAsync(upgrade!, Now));
            foreach (int i in Enumerable.Range(0, 20).Select(_ => _random.Next((int)_log.Length)).Distinct())
            {
                ulong nodes = await MissingNodes.CountAsync(
                    reader.Replicated.AcceptedHead, reader.Replicated, (ulong)i * 2, Now);
                Proof? proof = await _log.ProveAsync(
                    new ProofRequest { Fork = _log.Fork, Block = new NodeRequest((ulong)i, nodes) }, Now);
                Assert.Equal(_durable.Cleared.Contains(i), proof is null);
                if (proof is null)
                    continue;
                Assert.Equal(ProofError.None, await reader.Replicated.AcceptAsync(proof, Now));
                Assert.Equal(_durable.Blocks[i], await reader.GetAsync((ulong)i, cancellationToken: Now));
            }

            await reader.FlushAsync(Now);
            Assert.Equal(_log.Head.TreeHash(), reader.Head.TreeHash());
        }

        private async Task OpenAsync()
        {
            _store = new StoppingStore(new SimStore(_disk, new Random(_random.Next()), TimeProvider.System));
            _logs = new LogStore(_store, TimeProvider.System, new LogStoreOptions
            {
                PageMemory = 64 << 10,
                GroupSize = 64 << 10,
                WaitingSizeMax = 128 << 10,
            });
            _log = await _logs.CreateAsync(new LogCreation { SecretKey = _key }, Now);
        }
    }
}
