using Samtala.Abstractions;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Sharing;

/// <summary>Fetches for one ecosystem from followed mirrors, counts, and says in plain words what went wrong.</summary>
internal sealed class PeerFetch(INode node, Followed followed, Counters counters, RegistryOptions options)
    : IDisposable
{
    private const int InFlightMax = 32;
    private readonly SemaphoreSlim _slots = new(InFlightMax);

    public Followed Followed => followed;

    /// <summary>Fetches the first of some files that can be had.</summary>
    /// <param name="what">For people.</param>
    /// <param name="finding">Who has it.</param>
    /// <param name="isTrusted">Whether an entry agrees with what is known here already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The file; or null and why: null too when nobody has it.</returns>
    public async Task<(BlobInfo? Blob, MirrorException? Error)> FetchFileAsync(
        string what, Finding<FileEntry> finding, Func<FileEntry, bool> isTrusted, CancellationToken cancellationToken)
    {
        MirrorException? error = null;
        foreach (var (from, entry) in finding.Hits)
        {
            if (!isTrusted(entry))
            {
                counters.Refused();
                error ??= MirrorException.Tampered(
                    what, $"followed mirror {Followed.Short(from)}", "its digest is another than the one known here");
                continue;
            }

            try
            {
                var wanted = new WantedBlob(entry.Blob, from)
                {
                    Expected = [entry.Sha512],
                    LengthMax = Math.Min(entry.Length, options.FileMebibytesMax * 1024L * 1024),
                };
                return (await FetchAsync(what, wanted, cancellationToken), null);
            }
            catch (MirrorException e)
            {
                error ??= e;
            }
        }

        if (error is null && finding.Away is { } away)
            error = await followed.ExplainAsync(what, away.From, away.Cause, cancellationToken);
        return (null, error);
    }

    /// <summary>Fetches a document's blob.</summary>
    /// <exception cref="MirrorException">It cannot be had, or was not what the entry says.</exception>
    public Task<BlobInfo> FetchDocumentAsync(
        string what, Hit<DocumentEntry> hit, CancellationToken cancellationToken) => FetchAsync(
            what,
            new WantedBlob(hit.Entry.Blob, hit.From)
            {
                Expected = [hit.Entry.Sha256],
                LengthMax = Math.Min(hit.Entry.Length, options.DocumentMebibytesMax * 1024L * 1024),
            },
            cancellationToken);

    /// <summary>Fetches the bytes of a digest that the client itself vouches for.</summary>
    /// <returns>Null when no followed mirror gives them.</returns>
    public async Task<BlobInfo?> FetchDigestAsync(string what, Digest digest, CancellationToken cancellationToken)
    {
        foreach (var (from, entry) in (await followed.FindDigestAsync(digest, cancellationToken)).Hits)
        {
            try
            {
                var wanted = new WantedBlob(entry.Blob, from)
                {
                    Expected = [digest],
                    LengthMax = Math.Min(entry.Length, options.FileMebibytesMax * 1024L * 1024),
                };
                return await FetchAsync(what, wanted, cancellationToken);
            }
            catch (MirrorException)
            {
                // Another one, or the upstream, may have it; what was wrong is counted.
            }
        }

        return null;
    }

    public void Dispose() => _slots.Dispose();

    private async Task<BlobInfo> FetchAsync(string what, WantedBlob wanted, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var isNew = await node.Blobs.FindAsync(wanted.Id, cancellationToken) is null;
            var blob = await node.Blobs.FetchAsync(wanted, cancellationToken);
            if (isNew)
                counters.ReceivedFromPeer(blob.Length);
            return blob;
        }
        catch (MapException e) when (e.Failure == MapFailure.Refused)
        {
            counters.Refused();
            throw MirrorException.Tampered(what, $"followed mirror {Followed.Short(wanted.From)}", e.Message, e);
        }
        catch (DigestMismatchException e)
        {
            counters.Refused();
            throw MirrorException.Tampered(what, $"followed mirror {Followed.Short(wanted.From)}", e.Message, e);
        }
        catch (MapException e)
        {
            throw await followed.ExplainAsync(what, wanted.From, e, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }
}
