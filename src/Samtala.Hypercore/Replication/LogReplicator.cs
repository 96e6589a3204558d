using Samtala.Hypercore.Logs;
using Samtala.Protocol;

namespace Samtala.Hypercore.Replication;

/// <summary>Replicates one log with all its peers. One lock guards it all; the lock of a mux may be taken inside it,
/// never the other way round, and nothing is awaited with it held.</summary>
internal sealed partial class LogReplicator
{
    private readonly List<ReplicationPeer> _opening = [];
    private readonly List<ReplicationPeer> _open = [];
    private readonly HashSet<Protomux> _reopening = [];
    private readonly ITimer _ticker;
    private readonly ITimer _idleTimer;
    private readonly Announcer _announcer;
    private bool _isTicking;

    // A channel closed when nothing was wanted, while peers were still told otherwise.
    private bool _hasLost;
    private bool _isClosed;
    private int _live;

    public LogReplicator(IReplicatedLog log, ReplicatorContext context)
    {
        Log = log;
        Context = context;
        Local = new LocalState(log);
        Planner = new RequestPlanner(this);
        Reorgs = new ReorgDesk(this);
        Conflicts = new ConflictDesk(this);
        _announcer = new Announcer(this);
        _ticker = context.Time.CreateTimer(
            static state => ((LogReplicator)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _idleTimer = context.Time.CreateTimer(
            static state => ((LogReplicator)state!).OnIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        log.Changed += _announcer.OnChanged;
        log.Fetcher = this;
    }

    public Lock Gate { get; } = new();

    public IReplicatedLog Log { get; }

    /// <summary>The same log; null when it never forks.</summary>
    public IForkingLog? Forks => Log as IForkingLog;

    public ReplicatorContext Context { get; }

    public ReplicatorOptions Options => Context.Options;

    public TimeProvider Time => Context.Time;

    public UploadThrottle Throttle => Context.Throttle;

    public LocalState Local { get; }

    public RequestPlanner Planner { get; }

    public ReorgDesk Reorgs { get; }

    public ConflictDesk Conflicts { get; }

    public ExtensionDesk Extensions { get; } = new();

    public BlockWaits Waits { get; } = new();

    public UpdateWaits Updates { get; } = new();

    /// <summary>By priority, highest first.</summary>
    public List<DownloadRange> Ranges { get; } = [];

    /// <summary>Blocks that several peers were asked for: how many besides the first, and when last.</summary>
    public Dictionary<ulong, (int Extra, long AskedAt)> Doubled { get; } = [];

    /// <summary>The one peer that was asked for a longer head.</summary>
    public ReplicationPeer? UpgradePeer { get; set; }

    /// <summary>The one peer that was asked for the manifest alone.</summary>
    public ReplicationPeer? ManifestPeer { get; set; }

    /// <summary>Peers on whose channel both sides have opened.</summary>
    public IReadOnlyList<ReplicationPeer> Peers => _open;

    /// <summary>Whether anything is wanted.</summary>
    public bool IsDownloading => _live > 0 || Waits.Count > 0 || Ranges.Count > 0 || Updates.Count > 0;

    /// <summary>What peers were told of it; goes down later, when nothing was wanted for a while.</summary>
    public bool SaysDownloading { get; private set; }

    /// <summary>Whether nobody here or elsewhere is interested.</summary>
    public bool IsUnused
    {
        get
        {
            lock (Gate)
                return !IsDownloading && _open.Count == 0 && _opening.Count == 0;
        }
    }

    /// <summary>Opens the channel of the log on a connection, if the policy allows and it is not open yet.</summary>
    public void OpenOn(Protomux mux)
    {
        if (mux.IsDestroyed || !Context.Policy.MayOpen(mux.RemotePublicKey, Log.DiscoveryKey))
            return;
        lock (Gate)
        {
            if (_isClosed || _open.Exists(IsOn) || _opening.Exists(IsOn))
                return;
            ReplicationPeer peer = new(this, mux);
            _opening.Add(peer);
            if (peer.TryOpen())
                return;
            _opening.Remove(peer);

            // A replicator of the log that is just being closed may have it open still.
            if (!IsDownloading)
                _hasLost = true;
            else if (!mux.IsDestroyed && _reopening.Add(mux))
                Tick();
        }

        // One that has closed, of which this is told in a moment, is not in the way of the next.
        bool IsOn(ReplicationPeer peer) => peer.Mux == mux && !peer.Channel.IsClosed;
    }

    public void OnPeerOpen(ReplicationPeer peer)
    {
        lock (Gate)
        {
            if (!_opening.Remove(peer) || _isClosed)
                return;
            _open.Add(peer);
            peer.IsOpen = true;
        }

        if (Conflicts.OnPeerOpen(peer))
            return;
        lock (Gate)
        {
            peer.Mux.Cork();
            try
            {
                _announcer.Greet(peer);
            }
            finally
            {
                peer.Mux.Uncork();
            }
        }
    }

    /// <summary>The log was cut back: what was on its way is worth nothing. With the lock held.</summary>
    public void OnCutBack()
    {
        Local.Refresh();
        UpgradePeer = null;
        Doubled.Clear();
        Waits.Restart();
        foreach (DownloadRange range in Ranges)
            range.Restart();
        foreach (ReplicationPeer peer in _open)
            peer.Download.Chain.Break();
        Wake();
        CheckUpdates();
    }

    public void OnPeerClose(ReplicationPeer peer, bool byRemote)
    {
        bool reopen;
        lock (Gate)
        {
            _opening.Remove(peer);
            bool wasOpen = _open.Remove(peer);
            peer.IsOpen = false;
            if (wasOpen)
                _gone.Add(peer.Counters);
            ReleaseAll(peer);
            if (UpgradePeer == peer)
                UpgradePeer = null;
            if (ManifestPeer == peer)
                ManifestPeer = null;
            Reorgs.OnPeerClose(peer);
            Conflicts.OnPeerClose(peer);

            // The other side saw us idle just when we began again. Not at once twice: it may be doing this for fun.
            // Young channels come back with the next tick, for whoever began to wait meanwhile would wait forever.
            bool isLost = wasOpen && !peer.Mux.IsDestroyed && !_isClosed && !Log.IsFrozen;
            bool isMissed = isLost && IsDownloading;
            _hasLost |= isLost && !IsDownloading;
            reopen = isMissed && byRemote && Time.GetElapsedTime(peer.OpenedAt) > ReplicationLimits.Tick;
            if (isMissed && !reopen && _reopening.Add(peer.Mux))
                Tick();
            CheckUpdates();
        }

        if (reopen)
            OpenOn(peer.Mux);
        PumpAll();
        Context.OnPeerClosed(this);
    }

    /// <summary>Everything that is left to ask is asked.</summary>
    public void PumpAll()
    {
        ReplicationPeer[] peers;
        lock (Gate)
        {
            if (_open.Count == 0)
                return;
            peers = [.. _open];
        }

        foreach (ReplicationPeer peer in peers)
            peer.Download.Pump();
    }

    /// <summary>Something changed that may give every peer something to do. With the lock held.</summary>
    public void Wake()
    {
        foreach (ReplicationPeer peer in _open)
            peer.Download.IsSated = false;
    }

    /// <summary>Leaves a peer alone for a while. With the lock held.</summary>
    public void Pause(ReplicationPeer peer, TimeSpan time)
    {
        peer.IsPaused = true;
        peer.PausedUntil = Time.GetTimestamp() + (long)(time.TotalSeconds * Time.TimestampFrequency);
        Tick();
    }

    /// <summary>Begins to look after slow requests and paused peers. With the lock held.</summary>
    public void Tick()
    {
        if (_isTicking || _isClosed)
            return;
        _isTicking = true;
        _ticker.Change(ReplicationLimits.Tick, ReplicationLimits.Tick);
    }

    /// <summary>Ends everything: channels close, waits fail.</summary>
    public void Close(Exception reason)
    {
        ReplicationPeer[] peers;
        lock (Gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            peers = [.. _open, .. _opening];
            Waits.FailAll(reason);
            Updates.FailAll(reason);
            foreach (DownloadRange range in Ranges)
                range.Fail(reason);
            Ranges.Clear();
            _live = 0;
        }

        Log.Changed -= _announcer.OnChanged;
        if (Log.Fetcher == this)
            Log.Fetcher = null;
        _ticker.Dispose();
        _idleTimer.Dispose();
        foreach (ReplicationPeer peer in peers)
            peer.Channel.Close();
    }

    /// <summary>Closes the channels that the policy does not allow any more.</summary>
    public void CloseForbidden()
    {
        ReplicationPeer[] peers;
        lock (Gate)
            peers = [.. _open, .. _opening];
        foreach (ReplicationPeer peer in peers)
        {
            if (!Context.Policy.MayOpen(peer.Mux.RemotePublicKey, Log.DiscoveryKey))
                peer.Channel.Close();
        }
    }

    private void OnTick()
    {
        Protomux[] reopening;
        lock (Gate)
        {
            reopening = IsDownloading ? [.. _reopening] : [];
            _hasLost |= !IsDownloading && _reopening.Count > 0;
            _reopening.Clear();
            bool isNeeded = false;
            long now = Time.GetTimestamp();
            foreach (ReplicationPeer peer in _open)
            {
                if (peer.IsPaused && now >= peer.PausedUntil)
                {
                    peer.IsPaused = false;
                    peer.Download.NoDataInARow = 0;
                }

                peer.Download.CheckSilence(now);
                isNeeded |= peer.IsPaused || peer.Download.InFlight.Count > 0;
                peer.Download.IsSated = false;
            }

            Conflicts.OnTick(now);
            if (!isNeeded)
            {
                _isTicking = false;
                _ticker.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (Protomux mux in reopening)
            OpenOn(mux);
        PumpAll();
    }

    /// <summary>Nothing was wanted for a while: say so, and close the channels on which the other side wants nothing
    /// either.</summary>
    private void OnIdle()
    {
        List<ReplicationPeer> idle = [];
        lock (Gate)
        {
            if (IsDownloading || !SaysDownloading || _isClosed)
                return;
            SaysDownloading = false;
            foreach (ReplicationPeer peer in _open)
            {
                peer.SendSync();
                if (peer.Remote.IsSynced && !peer.Remote.IsDownloading)
                    idle.Add(peer);
            }
        }

        foreach (ReplicationPeer peer in idle)
            peer.Channel.Close();
    }
}
