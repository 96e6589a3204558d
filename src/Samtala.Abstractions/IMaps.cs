namespace Samtala.Abstractions;

/// <summary>
/// Sorted maps from bytes to bytes, each kept in one signed log (a Hyperbee, which JavaScript reads too). Own ones are
/// written here and may be shared; those of other nodes are followed and read as far as they are asked for: a look-up
/// brings only the path through the tree.
/// </summary>
public interface IMaps
{
    /// <summary>Longest name of an own map in characters.</summary>
    const int NameSizeMax = 64;

    /// <summary>Longest key in bytes.</summary>
    const int KeySizeMax = 1024;

    /// <summary>Longest value in bytes.</summary>
    const int ValueSizeMax = 32 * 1024;

    /// <summary>Most writes in one commit.</summary>
    const int WritesMax = 256;

    /// <summary>Most bytes of keys and values in one commit.</summary>
    const int CommitSizeMax = 256 * 1024;

    /// <summary>Most keys in one read.</summary>
    const int KeysMax = 256;

    /// <summary>Most entries in one answer to <see cref="ScanAsync"/>.</summary>
    const int ScanMax = 1000;

    /// <summary>Most addresses of one followed map.</summary>
    const int PeersMax = 16;

    /// <summary>Most maps one plugin follows.</summary>
    const int FollowedMax = 64;

    /// <summary>Opens the plugin's own map of a name; makes an empty one when there is none yet. A new map is not
    /// shared.</summary>
    /// <param name="name">1 to <see cref="NameSizeMax"/> of a-z, 0-9 and '-'.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentException">It is no name.</exception>
    ValueTask<MapInfo> CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lets whoever knows its id read an own map, or no longer; kept over restarts.</summary>
    /// <param name="id">An own map.</param>
    /// <param name="isShared">Whether others may read it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="MapException">It is not an own map.</exception>
    ValueTask ShareAsync(MapId id, bool isShared, CancellationToken cancellationToken);

    /// <summary>Follows another node's map, or changes where it is asked for; kept over restarts. The node dials the
    /// addresses now, and again whenever the connection ends.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="peers"><c>HOST:PORT</c> of nodes that share it, at most <see cref="PeersMax"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Its state at once, usually before a peer answered.</returns>
    /// <exception cref="ArgumentException">An address is none, or there are too many.</exception>
    ValueTask<MapInfo> FollowAsync(MapId id, IReadOnlyList<string> peers, CancellationToken cancellationToken);

    /// <summary>Follows a map no longer and gives back the space of what was read of it.</summary>
    /// <param name="id">Its id; unknown ones are fine.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask UnfollowAsync(MapId id, CancellationToken cancellationToken);

    /// <summary>The plugin's own maps and those it follows.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Own ones first, by name; then followed ones, by id.</returns>
    ValueTask<IReadOnlyList<MapInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads entries of the map as it is now: at the newest length that a connected peer announced, or, while
    /// none is connected, at the newest known. The keys are looked up side by side.</summary>
    /// <param name="id">An own or followed map.</param>
    /// <param name="keys">1 to <see cref="KeysMax"/>, each 1 to <see cref="KeySizeMax"/> bytes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>One for each key in their order; null where there is none.</returns>
    /// <exception cref="MapException">A part that is needed is not here and no peer gives it.</exception>
    ValueTask<IReadOnlyList<MapEntry?>> GetAsync(
        MapId id, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken);

    /// <summary>Reads a range of entries in byte order of their keys.</summary>
    /// <param name="id">An own or followed map.</param>
    /// <param name="range">Which.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="MapException">A part that is needed is not here and no peer gives it.</exception>
    ValueTask<IReadOnlyList<MapEntry>> ScanAsync(MapId id, MapRange range, CancellationToken cancellationToken);

    /// <summary>Applies all writes to an own map or none; durable, and only then offered to peers, when it
    /// returns.</summary>
    /// <param name="id">An own map.</param>
    /// <param name="writes">1 to <see cref="WritesMax"/>, at most <see cref="CommitSizeMax"/> bytes together.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when an expected sequence did not match; then nothing was written.</returns>
    /// <exception cref="ArgumentException">A size is out of range, or a key is written twice.</exception>
    /// <exception cref="MapException">It is not an own map.</exception>
    ValueTask<bool> CommitAsync(MapId id, IReadOnlyList<MapWrite> writes, CancellationToken cancellationToken);

    /// <summary>Tells the state of a map now and after each change: it grew, a peer came or went.</summary>
    /// <param name="id">An own or followed map.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Changes that follow each other closely are told once. Ends when the map is followed no
    /// longer.</returns>
    /// <exception cref="MapException">It is neither own nor followed.</exception>
    IAsyncEnumerable<MapInfo> WatchAsync(MapId id, CancellationToken cancellationToken);
}

/// <summary>A map and how it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The own map's name; empty for a followed one.</param>
public sealed record MapInfo(MapId Id, string Name)
{
    /// <summary>Whether it is the plugin's own; else it is followed.</summary>
    public bool IsOwn => Name.Length > 0;

    /// <summary>Whether others may read it.</summary>
    /// <value>Default false.</value>
    public bool IsShared { get; init; }

    /// <summary>Length of its log in blocks, as far as known; every write adds one.</summary>
    /// <value>Default 0: empty, or never reached yet.</value>
    public long Length { get; init; }

    /// <summary>Where a followed map is asked for.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<MapPeer> Peers { get; init; } = [];

    /// <summary>What is wrong with the map itself, such as two different signed contents of one length; then it is
    /// read no further.</summary>
    /// <value>Default empty: nothing.</value>
    public string Error { get; init; } = "";

    /// <summary>Whether a peer that shares it is connected.</summary>
    public bool IsConnected => Peers.Any(p => p.IsConnected);
}

/// <summary>A node that a map is asked of.</summary>
/// <param name="Address"><c>HOST:PORT</c>.</param>
/// <param name="IsConnected">Whether it is connected and shares the map.</param>
/// <param name="Since">Since when; null when it was never tried.</param>
/// <param name="Error">Why it is not connected; empty when it is.</param>
public sealed record MapPeer(string Address, bool IsConnected, DateTimeOffset? Since, string Error);

/// <summary>An entry of a map.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Sequence">Number of the write that made it, at least 1; rises with every write to the map.</param>
public sealed record MapEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, long Sequence);

/// <summary>A write to an own map.</summary>
/// <param name="Key">1 to <see cref="IMaps.KeySizeMax"/> bytes.</param>
/// <param name="Value">The new value, at most <see cref="IMaps.ValueSizeMax"/> bytes; null deletes. The log keeps what
/// was there before.</param>
/// <param name="ExpectedSequence">Null: whatever is there. 0: only if there is none. Else: only if the entry's sequence
/// is this.</param>
public sealed record MapWrite(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value, long? ExpectedSequence = null);

/// <summary>A range of a map's keys.</summary>
/// <param name="From">First key.</param>
/// <param name="To">First key that is no longer in it; empty for none.</param>
/// <param name="Limit">1 to <see cref="IMaps.ScanMax"/> entries.</param>
/// <param name="IsDescending">From the end.</param>
public sealed record MapRange(
    ReadOnlyMemory<byte> From, ReadOnlyMemory<byte> To, int Limit, bool IsDescending = false);

/// <summary>Why a map or a blob of another node could not be had.</summary>
public enum MapFailure
{
    /// <summary>It is neither an own nor a followed map, or not an own one where that is needed.</summary>
    NotHere = 1,

    /// <summary>It is not here, and no node that shares it is connected.</summary>
    Unreachable = 2,

    /// <summary>A node is connected and did not answer in time.</summary>
    TimedOut = 3,

    /// <summary>The connected nodes do not have it.</summary>
    Missing = 4,

    /// <summary>What arrived is not what was asked for; nothing of it was kept.</summary>
    Refused = 5,
}

/// <summary>A map or a blob of another node could not be had.</summary>
public sealed class MapException : IOException
{
    /// <summary>Says why.</summary>
    /// <param name="failure">The kind.</param>
    /// <param name="message">Code, then what, where, why, how to fix.</param>
    /// <param name="inner">What caused it.</param>
    public MapException(MapFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind.</summary>
    public MapFailure Failure { get; }
}
