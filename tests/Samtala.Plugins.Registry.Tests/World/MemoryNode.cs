using System.Collections.Concurrent;
using System.Security.Cryptography;
using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>A node in memory, with a door that serves published answers as the real one does.</summary>
internal sealed class MemoryNode : INode, IState, IBlobs, IAnswers, ICommands
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, StateEntry> _state = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<BlobId, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<BlobId, byte> _owned = new();
    private readonly ConcurrentDictionary<(string, string, string, string), PublishedAnswer> _answers = new();
    private int _etag;

    public MemoryNode(IFetch fetch, MemoryMaps? maps = null)
    {
        Fetch = fetch;
        OwnMaps = maps ?? new MemoryMaps("10.0.0.1:7652", new MemoryNetwork());
        OwnMaps.Node = this;
    }

    public NodeInfo Info { get; init; } = new("registry", "1.0.0", ["127.0.0.1:7650"], "");

    public IState State => this;

    public IBlobs Blobs => this;

    public IFetch Fetch { get; }

    public IAnswers Answers => this;

    public ICommands Commands => this;

    public IMaps Maps => OwnMaps;

    public MemoryMaps OwnMaps { get; }

    /// <summary>Flips a bit of every blob that others fetch from here.</summary>
    public bool Tampers { get; set; }

    /// <summary>Blobs that others fetched from here.</summary>
    public ConcurrentQueue<BlobId> Given { get; } = new();

    /// <summary>What commands print.</summary>
    public Dictionary<string, string> CommandOutputs { get; } = new(StringComparer.Ordinal)
    {
        ["npm config get registry"] = "http://up.test/npm/\n",
        ["dotnet nuget list source --format short"] = "D http://off.test/index.json\nE http://up.test/v3/index.json\n",
    };

    public int CommandCount { get; private set; }

    /// <summary>Commands end when it is completed.</summary>
    public TaskCompletionSource? CommandHold { get; set; }

    public IEnumerable<PublishedAnswer> Published => _answers.Values;

    /// <summary>Blobs kept by the plugin or by an answer.</summary>
    public IEnumerable<BlobId> Kept => _owned.Keys.Concat(OwnMaps.SharedBlobs.Keys).Concat(
        _answers.Values.Select(a => a.Content).OfType<Content.OfBlob>().Select(c => c.Id)).Distinct();

    public bool IsGranted(string grant) => true;

    /// <summary>Bytes of a blob that is kept.</summary>
    public byte[] Read(BlobId id) => Kept.Contains(id) ? _blobs[id] : throw new KeyNotFoundException(id.ToString());

    /// <summary>Forgets all answers, as a door that is full does.</summary>
    public void Unpublish() => _answers.Clear();

    /// <summary>Breaks a stored blob.</summary>
    public void Damage(BlobId id) => _blobs[id] = [.. _blobs[id].Select((b, i) => i == 0 ? (byte)(b ^ 1) : b)];

    /// <summary>The answer the door would give by itself; null when it asks the plugin.</summary>
    public PublishedAnswer? Door(RawRequest request)
    {
        var authority = new Uri(request.BaseUri).Authority;
        var accept = request.Headers.FirstOrDefault(h => h.Name == "Accept").Value ?? "";
        var best = _answers.Values
            .Where(a => a.Path == request.Path && (a.Authority.Length == 0 || a.Authority == authority)
                && accept.Contains(a.Accept, StringComparison.Ordinal))
            .MaxBy(a => (a.Authority.Length > 0 ? 2 : 0) + (a.Accept.Length > 0 ? 1 : 0));
        return best is { Status: IAnswers.AskPlugin } ? null : best;
    }

    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult(_state.GetValueOrDefault(key));
    }

    public ValueTask<bool> CommitAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        Assert.InRange(writes.Count, 1, IState.WritesMax);
        lock (_gate)
        {
            foreach (var write in writes)
            {
                Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(write.Key), 1, IState.KeySizeMax);
                Assert.True((write.Value?.Length ?? 0) <= IState.ValueSizeMax);
                if (write.ExpectedEtag is { } etag && etag != (_state.GetValueOrDefault(write.Key)?.Etag ?? ""))
                    return ValueTask.FromResult(false);
            }

            foreach (var write in writes)
            {
                if (write.Value is { } value)
                    _state[write.Key] = new StateEntry(write.Key, value.ToArray(), $"{++_etag}");
                else
                    _state.Remove(write.Key);
            }

            return ValueTask.FromResult(true);
        }
    }

    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken)
    {
        Assert.InRange(limit, 1, 1000);
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<StateEntry>>([.. _state.Values
                .Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && string.CompareOrdinal(e.Key, after) > 0)
                .Take(limit)]);
        }
    }

    public async ValueTask<BlobInfo> PutAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        await foreach (var piece in content.WithCancellation(cancellationToken))
            bytes.Write(piece.Span);
        var blob = InfoOf(bytes.ToArray());
        foreach (var digest in expected)
        {
            var seen = digest.Algorithm switch
            {
                DigestAlgorithm.Sha1 => blob.Sha1,
                DigestAlgorithm.Sha256 => blob.Sha256,
                _ => blob.Sha512,
            };
            if (!seen.Equals(digest))
                throw new DigestMismatchException(digest, seen);
        }

        _blobs[blob.Id] = bytes.ToArray();
        _owned[blob.Id] = 0;
        return blob;
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        BlobId id,
        long offset,
        long length,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bytes = Read(id);
        var end = length < 0 ? bytes.Length : offset + length;
        var piece = new byte[64 * 1024];
        for (var at = offset; at < end; at += piece.Length)
        {
            var size = (int)Math.Min(piece.Length, end - at);
            bytes.AsSpan((int)at, size).CopyTo(piece);
            yield return piece.AsMemory(0, size);
            Array.Clear(piece);
        }

        await Task.CompletedTask;
    }

    public ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Kept.Contains(id) ? InfoOf(_blobs[id]) with { Id = id } : null);

    public ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Kept.Select(id => InfoOf(_blobs[id]) with { Id = id })
            .FirstOrDefault(b => b.Sha1.Equals(digest) || b.Sha256.Equals(digest) || b.Sha512.Equals(digest)));

    public ValueTask ReleaseAsync(BlobId id, CancellationToken cancellationToken)
    {
        _owned.TryRemove(id, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask ShareAsync(IReadOnlyList<BlobId> ids, bool isShared, CancellationToken cancellationToken)
    {
        Assert.InRange(ids.Count, 1, IBlobs.SharesMax);
        foreach (var id in ids)
        {
            if (!isShared)
                OwnMaps.SharedBlobs.TryRemove(id, out _);
            else if (Kept.Contains(id))
                OwnMaps.SharedBlobs[id] = 0;
            else
                throw new KeyNotFoundException(id.ToString());
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<BlobInfo> FetchAsync(WantedBlob wanted, CancellationToken cancellationToken)
    {
        if (Kept.Contains(wanted.Id))
        {
            _owned[wanted.Id] = 0;
            return ValueTask.FromResult(InfoOf(_blobs[wanted.Id]));
        }

        var holders = OwnMaps.Holders(wanted.From).Select(h => h.Node!).ToList();
        if (holders.Count == 0)
            throw new MapException(MapFailure.Unreachable, "SAM0214: nobody is connected.");
        var holder = holders.FirstOrDefault(h => h.OwnMaps.SharedBlobs.ContainsKey(wanted.Id))
            ?? throw new MapException(MapFailure.Missing, "SAM0216: no connected node has it.");
        byte[] bytes = [.. holder.Read(wanted.Id)];
        if (holder.Tampers)
            bytes[bytes.Length / 2] ^= 1;
        if (new BlobId(SHA256.HashData(bytes)) != wanted.Id || bytes.Length > wanted.LengthMax)
            throw new MapException(MapFailure.Refused, "SAM0217: a piece is not what the id says.");
        foreach (var digest in wanted.Expected)
        {
            var info = InfoOf(bytes);
            var seen = digest.Algorithm == DigestAlgorithm.Sha512 ? info.Sha512 : info.Sha256;
            if (!seen.Equals(digest))
                throw new DigestMismatchException(digest, seen);
        }

        holder.Given.Enqueue(wanted.Id);
        _blobs[wanted.Id] = bytes;
        _owned[wanted.Id] = 0;
        return ValueTask.FromResult(InfoOf(bytes));
    }

    public ValueTask PublishAsync(IReadOnlyList<PublishedAnswer> answers, CancellationToken cancellationToken)
    {
        Assert.InRange(answers.Count, 1, 64);
        foreach (var answer in answers)
        {
            Assert.StartsWith("/registry/", answer.Path, StringComparison.Ordinal);
            if (answer.Content is Content.OfBlob blob)
                Assert.Equal(Read(blob.Id).Length, blob.Length);
            _answers[(answer.Path, answer.Authority, answer.Accept, answer.Encoding)] = answer;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask WithdrawAsync(string path, CancellationToken cancellationToken)
    {
        foreach (var key in _answers.Keys.Where(k => k.Item1 == path))
            _answers.TryRemove(key, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask<AnswerTraffic> ReadTrafficAsync(long after, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new AnswerTraffic(0, 0, []));

    public async ValueTask<CommandResult> RunAsync(string commandLine, CancellationToken cancellationToken)
    {
        CommandCount++;
        if (CommandHold is { } hold)
            await hold.Task.WaitAsync(cancellationToken);
        return CommandOutputs.TryGetValue(commandLine, out var output)
            ? new CommandResult(0, output) : new CommandResult(-1, "");
    }

    private static BlobInfo InfoOf(byte[] bytes) => new(
        new BlobId(SHA256.HashData(bytes)),
        bytes.Length,
        new Digest(DigestAlgorithm.Sha1, SHA1.HashData(bytes)),
        new Digest(DigestAlgorithm.Sha256, SHA256.HashData(bytes)),
        new Digest(DigestAlgorithm.Sha512, SHA512.HashData(bytes)));
}
