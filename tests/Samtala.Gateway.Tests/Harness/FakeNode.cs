using System.Collections.Concurrent;
using System.Security.Cryptography;
using Samtala.Abstractions;

namespace Samtala.Gateway.Tests.Harness;

/// <summary>Everything the door asks of a node, in memory, with a count of what reached a handler.</summary>
internal sealed class FakeNode :
    ITokenAuthority, IAnswerSource, IRawRouter, ILinkTickets, IAuditLog, IUiFiles, INodeHealth, IRawHandler
{
    public const string OwnerToken = "owner-secret";
    public const string PublishToken = "publish-secret";
    public const string ReaderToken = "reader-secret";

    private int _handled;

    public FakeBlobs Blobs { get; } = new();

    public ConcurrentDictionary<string, AnswerVariants> Published { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<AuditRecord> Records { get; } = new();

    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public ConcurrentQueue<(string Path, int Status, long Bytes)> Traffic { get; } = new();

    public Dictionary<string, LinkTarget> Links { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, UiFile> Ui { get; } = new(StringComparer.Ordinal);

    public string? NotReady { get; set; }

    public bool IsPluginRunning { get; set; } = true;

    public Func<RawRequest, CancellationToken, ValueTask<RawReply>> OnRequest { get; set; } =
        static (_, _) => ValueTask.FromResult(new RawReply(200, [new("Content-Type", "text/plain")], Text("handled")));

    /// <summary>How many requests reached a plugin, a blob or the dashboard's files.</summary>
    public int Handled => Volatile.Read(ref _handled);

    public GatewayServices Services => new()
    {
        Tokens = this,
        Answers = this,
        Plugins = this,
        Blobs = Blobs,
        Links = this,
        Audit = this,
        Ui = this,
        Health = this,
    };

    public static Content Text(string text) => new Content.Inline(System.Text.Encoding.UTF8.GetBytes(text));

    public void Publish(params PublishedAnswer[] answers) =>
        Published[answers[0].Path] = new AnswerVariants("registry", answers);

    public Caller? Authenticate(ReadOnlySpan<char> secret) => secret switch
    {
        OwnerToken => new Caller(Caller.Owner, ["*"]),
        PublishToken => new Caller("t1", ["registry:publish"]),
        ReaderToken => new Caller("t2", ["blobs:read", "node:read", "registry:read"]),
        _ => null,
    };

    AnswerVariants? IAnswerSource.Find(string path) => Published.GetValueOrDefault(path);

    public void Served(string pluginId, string path, int status, long bytes) => Traffic.Enqueue((path, status, bytes));

    RawRoute IRawRouter.Find(string pluginId) => pluginId is "registry"
        ? new RawRoute(IsPluginRunning ? RawRouteState.Running : RawRouteState.Stopped, IsPluginRunning ? this : null)
        : default;

    public bool AllowsAnonymous(string pluginId, string method, string path) =>
        method is "POST" && path.EndsWith("/audit", StringComparison.Ordinal);

    LinkTarget? ILinkTickets.Find(ReadOnlySpan<char> ticket) => Links.GetValueOrDefault(ticket.ToString());

    public void Record(AuditRecord record) => Records.Enqueue(record);

    UiFile? IUiFiles.Find(string path) => Ui.GetValueOrDefault(path);

    public void WriteMetrics(TextWriter writer) => writer.Write("samtala_node_up 1\n");

    public ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _handled);
        Requests.Enqueue(request);
        return OnRequest(request, cancellationToken);
    }
}

/// <summary>Blobs in memory, or in one file when asked.</summary>
internal sealed class FakeBlobs : IBlobDoor
{
    private readonly ConcurrentDictionary<BlobId, byte[]> _bytes = new();
    private readonly ConcurrentDictionary<BlobId, string> _files = new();

    public int Created { get; private set; }

    public int StillOpen;

    public BlobInfo Add(byte[] bytes, string? folder = null)
    {
        var info = InfoOf(bytes);
        _bytes[info.Id] = bytes;
        if (folder is not null)
        {
            var path = Path.Combine(folder, info.Id.ToString());
            File.WriteAllBytes(path, [1, 2, 3, .. bytes]);
            _files[info.Id] = path;
        }

        return info;
    }

    public ValueTask<BlobInfo?> FindAsync(BlobId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_bytes.TryGetValue(id, out var bytes) ? InfoOf(bytes) : null);

    public ValueTask<BlobInfo?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_bytes.Values.Select(InfoOf).FirstOrDefault(
            info => info.Sha256.Equals(digest) || info.Sha512.Equals(digest) || info.Sha1.Equals(digest)));

    public ValueTask<OpenBlob?> OpenAsync(BlobId id, CancellationToken cancellationToken)
    {
        if (!_bytes.TryGetValue(id, out var bytes))
            return ValueTask.FromResult<OpenBlob?>(null);
        Interlocked.Increment(ref StillOpen);
        return ValueTask.FromResult<OpenBlob?>(new Open(this, bytes, _files.GetValueOrDefault(id)));
    }

    public async ValueTask<BlobInfo> CreateAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> content,
        IReadOnlyList<Digest> expected,
        CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        await foreach (var piece in content.WithCancellation(cancellationToken))
            all.Write(piece.Span);
        var info = InfoOf(all.ToArray());
        foreach (var digest in expected)
        {
            if (!digest.Equals(info.Sha256) && !digest.Equals(info.Sha512) && !digest.Equals(info.Sha1))
                throw new DigestMismatchException(digest, info.Sha256);
        }

        Created++;
        return Add(all.ToArray());
    }

    // A test's blob is named by its SHA-256; the door does not care how ids and digests are made.
    private static BlobInfo InfoOf(byte[] bytes) => new(
        new BlobId(SHA256.HashData(bytes)),
        bytes.Length,
        new Digest(DigestAlgorithm.Sha1, SHA256.HashData(bytes).AsSpan(0, 20)),
        new Digest(DigestAlgorithm.Sha256, SHA256.HashData(bytes)),
        new Digest(DigestAlgorithm.Sha512, SHA512.HashData(bytes)));

    private sealed class Open : OpenBlob
    {
        private readonly FakeBlobs _owner;
        private readonly byte[] _bytes;
        private readonly Microsoft.Win32.SafeHandles.SafeFileHandle? _file;

        public Open(FakeBlobs owner, byte[] bytes, string? path)
        {
            _owner = owner;
            _bytes = bytes;
            _file = path is null ? null : File.OpenHandle(path);
        }

        public override long Length => _bytes.Length;

        // The file is cut in two runs, as a blob of several extents would be.
        public override FileRange FileAt(long offset)
        {
            var half = _bytes.Length / 2;
            var end = offset < half ? half : _bytes.Length;
            return new FileRange(_file, offset + 3, end - offset);
        }

        public override ValueTask<int> ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
        {
            var count = (int)Math.Min(target.Length, _bytes.Length - offset);
            _bytes.AsMemory((int)offset, count).CopyTo(target);
            return ValueTask.FromResult(count);
        }

        protected override void Dispose(bool disposing)
        {
            _file?.Dispose();
            Interlocked.Decrement(ref _owner.StillOpen);
        }
    }
}
