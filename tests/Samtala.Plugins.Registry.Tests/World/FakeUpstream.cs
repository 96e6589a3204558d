using System.Collections.Concurrent;
using Samtala.Abstractions;
using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>An upstream that serves what it was given, and misbehaves when told to.</summary>
internal sealed class FakeUpstream : IFetch
{
    /// <summary>How it behaves.</summary>
    public enum Mood
    {
        /// <summary>It answers.</summary>
        Well,

        /// <summary>Nobody answers.</summary>
        Dead,

        /// <summary>It takes all the time there is.</summary>
        Stalled,

        /// <summary>One bit of every body is wrong.</summary>
        Tampering,

        /// <summary>Bodies end early.</summary>
        Truncating,

        /// <summary>It answers 503.</summary>
        Failing,
    }

    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, int> Asked { get; } = new(StringComparer.Ordinal);

    public Mood State { get; set; }

    /// <summary>Only paths with this text are served badly.</summary>
    public string Only { get; set; } = "";

    /// <summary>Sends ETags and answers 304.</summary>
    public bool HasEtags { get; set; }

    /// <summary>Held until it is completed.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public MemoryNode? Node { get; set; }

    public int Count => Asked.Values.Sum();

    public async ValueTask<FetchReply> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        var (status, body) = await AnswerAsync(request, cancellationToken);
        if (body.Length > request.BodySizeMax)
            throw new FetchException(FetchFailure.BadBody, $"The body is longer than {request.BodySizeMax} bytes.");
        return new FetchReply(status, Headers(body), body, request.Uri);
    }

    public async ValueTask<FetchedBlob> FetchToBlobAsync(
        FetchRequest request, IReadOnlyList<Digest> expected, CancellationToken cancellationToken)
    {
        var (status, body) = await AnswerAsync(request, cancellationToken);
        if (status != 200)
            return new FetchedBlob(status, [], null, request.Uri);
        if (body.Length > request.BodySizeMax)
            throw new FetchException(FetchFailure.BadBody, $"The body is longer than {request.BodySizeMax} bytes.");
        var blob = await Node!.Blobs.PutAsync(Pieces.CutAsync(body), expected, cancellationToken);
        return new FetchedBlob(status, Headers(body), blob, request.Uri);
    }

    private async Task<(int Status, byte[] Body)> AnswerAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        Assert.Equal($"{request.Uri.Host}:{request.Uri.Port}", request.TrustedAuthority);
        var path = request.Uri.AbsolutePath;
        Asked.AddOrUpdate(path, 1, (_, n) => n + 1);
        if (Hold is { } hold)
            await hold.Task.WaitAsync(cancellationToken);
        var isBad = path.Contains(Only, StringComparison.Ordinal);
        if (isBad && State == Mood.Dead)
            throw new FetchException(FetchFailure.Unreachable, $"{request.Uri.Authority} does not answer.");
        if (isBad && State == Mood.Stalled)
            throw new FetchException(FetchFailure.TimedOut, $"{request.Uri.Authority} took longer than allowed.");
        if (isBad && State == Mood.Failing)
            return (503, []);
        if (!Files.TryGetValue(path, out var body))
            return (404, []);
        if (HasEtags && request.Headers.Any(h => h.Name == "If-None-Match" && h.Value == EtagOf(body)))
            return (304, []);
        return (200, isBad ? Spoil(body) : body);
    }

    private byte[] Spoil(byte[] body)
    {
        switch (State)
        {
            case Mood.Tampering:
                byte[] other = [.. body];
                other[other.Length / 2] ^= 4;
                return other;
            case Mood.Truncating:
                return body[..(body.Length / 2)];
            default:
                return body;
        }
    }

    private IReadOnlyList<Header> Headers(byte[] body) => HasEtags ? [new Header("ETag", EtagOf(body))] : [];

    private static string EtagOf(byte[] body) =>
        $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body))}\"";
}
