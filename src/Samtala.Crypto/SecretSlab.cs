using System.Security.Cryptography;
using Samtala.Crypto.Native;

namespace Samtala.Crypto;

/// <summary>
/// The one place where secrets lie: pages outside the garbage-collected heap, between guard pages, locked so that they
/// are never swapped or dumped, cleared slot by slot when a secret is disposed.
/// </summary>
/// <remarks>
/// Thread-safe. A node makes one and gives it to everything that holds a secret. Grows by <see cref="SlotsPerPage"/>
/// slots when full. When the system refuses to lock more memory the secrets are still kept outside the heap and wiped;
/// <see cref="Warning"/> then says what is not protected and how to mend it.
/// </remarks>
public sealed unsafe class SecretSlab : IDisposable
{
    /// <summary>Longest secret in bytes.</summary>
    public const int SlotSize = 64;

    /// <summary>Secrets in one locked allocation.</summary>
    public const int SlotsPerPage = 64;

    private const int PageSize = SlotSize * SlotsPerPage;

    private readonly Lock _gate = new();
    private readonly Func<nint, bool> _tryLock;
    private readonly List<nint> _pages = [];
    private readonly Stack<nint> _free = [];
    private int _inUse;
    private bool _isDisposed;

    /// <summary>Takes the first page at once, so that <see cref="Warning"/> is true from the beginning.</summary>
    /// <exception cref="SodiumMissingException">libsodium is not installed.</exception>
    public SecretSlab()
        : this(page => Sodium.sodium_mlock((void*)page, PageSize) == 0)
    {
    }

    internal SecretSlab(Func<nint, bool> tryLock)
    {
        _tryLock = tryLock;
        lock (_gate)
            Grow();
    }

    /// <summary>Null while every page is locked; otherwise a sentence for the log and for `samtala doctor`.</summary>
    public string? Warning { get; private set; }

    /// <summary>How many secrets lie here now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _inUse;
        }
    }

    /// <summary>Gives the pages back once the last secret is disposed; no further secret is taken.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            FreePagesWhenEmpty();
        }
    }

    internal nint Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_free.Count == 0)
                Grow();
            _inUse++;
            return _free.Pop();
        }
    }

    internal void Return(nint slot)
    {
        Sodium.sodium_memzero((void*)slot, SlotSize);
        lock (_gate)
        {
            _inUse--;
            _free.Push(slot);
            FreePagesWhenEmpty();
        }
    }

    private void Grow()
    {
        // sodium_malloc tries to lock but does not tell; locking the same page again does, and locks do not stack.
        void* page = Sodium.sodium_malloc(PageSize);
        if (page is null)
            throw new CryptographicException("SAM0122: no memory for secrets: the system gave no guarded page.");
        Sodium.sodium_memzero(page, PageSize);
        if (!_tryLock((nint)page))
        {
            Warning = "SAM0123: the system refused to lock memory, so secrets may reach the swap device. Raise the "
                + "limit (ulimit -l 1024, or LimitMEMLOCK=1M in the service unit) or encrypt the swap device.";
        }

        _pages.Add((nint)page);
        for (int slot = SlotsPerPage - 1; slot >= 0; slot--)
            _free.Push((nint)page + (slot * SlotSize));
    }

    private void FreePagesWhenEmpty()
    {
        if (!_isDisposed || _inUse != 0)
            return;
        foreach (nint page in _pages)
            Sodium.sodium_free((void*)page);
        _pages.Clear();
        _free.Clear();
    }
}
