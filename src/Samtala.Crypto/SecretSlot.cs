using System.Runtime.InteropServices;

namespace Samtala.Crypto;

/// <summary>One rented slot. A safe handle, so that disposing while another thread signs cannot reuse the bytes.
/// </summary>
internal sealed unsafe class SecretSlot : SafeHandle
{
    private readonly SecretSlab _slab;

    internal SecretSlot(SecretSlab slab)
        : base(0, ownsHandle: true)
    {
        ArgumentNullException.ThrowIfNull(slab);
        _slab = slab;
        SetHandle(slab.Rent());
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Opens the bytes until the lease is disposed.</summary>
    internal SecretLease Open(int length) => new(this, length);

    internal byte* Acquire()
    {
        bool added = false;
        DangerousAddRef(ref added);
        return (byte*)handle;
    }

    protected override bool ReleaseHandle()
    {
        _slab.Return(handle);
        return true;
    }
}
