using System.Collections.Concurrent;
using Samtala.Crypto;
using Samtala.Network;

namespace Samtala.Peers;

/// <summary>One link for each peer that a followed log names.</summary>
internal sealed class PeerLinks(LinkContext context) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, PeerLink> _links = new(StringComparer.Ordinal);

    /// <summary>How each is.</summary>
    public IEnumerable<PeerLinkState> States => _links.Values.Select(l => l.State);

    /// <summary>Whether one of these addresses is answered by a peer.</summary>
    public bool Leads(IEnumerable<string> addresses, PublicKey peer) =>
        addresses.Any(a => _links.TryGetValue(a, out var link) && link.State.Peer == peer);

    /// <summary>A connection that this node dialled is open: whose link it is may now exchange that link's
    /// logs.</summary>
    public void Introduce(PeerConnection connection)
    {
        foreach (var link in _links.Values)
            link.Introduce(connection);
    }

    /// <summary>How the link to an address is; null when there is none.</summary>
    public PeerLinkState? Find(string address) => _links.GetValueOrDefault(address)?.State;

    /// <summary>Dials those that are down at once.</summary>
    public void Hurry(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (_links.TryGetValue(address, out var link) && !link.State.IsConnected)
                link.Hurry();
        }
    }

    /// <summary>Keeps exactly these.</summary>
    public async ValueTask SetAsync(IReadOnlySet<string> wanted)
    {
        List<PeerLink> unwanted = [];
        lock (_lock)
        {
            foreach (var (address, link) in _links)
            {
                if (!wanted.Contains(address) && _links.TryRemove(address, out _))
                    unwanted.Add(link);
            }

            foreach (var address in wanted)
            {
                if (_links.ContainsKey(address) || !PeerAddress.TryParse(address, out var parsed))
                    continue;
                var link = _links[address] = new PeerLink(parsed, context);
                link.Start();
            }
        }

        foreach (var link in unwanted)
            await link.DisposeAsync();
    }

    public ValueTask DisposeAsync() => SetAsync(new HashSet<string>(StringComparer.Ordinal));
}
