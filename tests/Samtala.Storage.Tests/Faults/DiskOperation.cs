namespace Samtala.Storage.Tests.Faults;

internal enum DiskAction
{
    Create,
    Write,
    SetLength,
    Sync,
    Delete,
    Rename,
    SyncFolder,
}

/// <summary>One step of the trace.</summary>
/// <param name="Action">What happened.</param>
/// <param name="File">The file, whatever its name is by then.</param>
/// <param name="Path">For operations on names.</param>
/// <param name="Offset">Of a write; the length for <see cref="DiskAction.SetLength"/>.</param>
/// <param name="Bytes">Of a write.</param>
/// <param name="To">Of a rename.</param>
internal sealed record DiskOperation(
    DiskAction Action, FaultyDisk.FaultyFile? File, string Path, long Offset = 0, byte[]? Bytes = null, string To = "")
{
    public void ApplyName(Dictionary<string, FaultyDisk.FaultyFile> names)
    {
        switch (Action)
        {
            case DiskAction.Create:
                names[Path] = File!;
                break;
            case DiskAction.Delete:
                names.Remove(Path);
                break;
            case DiskAction.Rename:
                names[To] = names[Path];
                names.Remove(Path);
                break;
        }
    }
}

/// <summary>One file after a power cut: what was synced, and some of the sectors that were not.</summary>
internal sealed class PowerCutImage
{
    private const int SectorSize = 512;
    private readonly List<DiskOperation> _unsynced = [];
    private byte[] _bytes = [];
    private int _length;

    public void Add(DiskOperation operation)
    {
        if (operation.Action is DiskAction.Write or DiskAction.SetLength)
            _unsynced.Add(operation);
        if (operation.Action != DiskAction.Sync)
            return;
        foreach (var each in _unsynced)
            Apply(each, _ => true);
        _unsynced.Clear();
    }

    public byte[] Build(Random random)
    {
        // All, nothing, or any sector on its own: each must be survived.
        var mode = random.Next(4);
        foreach (var each in _unsynced)
        {
            if (each.Action == DiskAction.SetLength && (mode == 0 || (mode > 1 && random.Next(2) == 0)))
                continue;
            Apply(each, _ => mode == 1 || (mode > 1 && random.Next(2) == 0));
        }

        return _bytes[.._length];
    }

    private void Apply(DiskOperation operation, Func<long, bool> keepsSector)
    {
        if (operation.Action == DiskAction.SetLength)
        {
            SetLength((int)operation.Offset);
            return;
        }

        for (long at = 0; at < operation.Bytes!.Length;)
        {
            var offset = operation.Offset + at;
            var count = (int)Math.Min(SectorSize - (offset % SectorSize), operation.Bytes.Length - at);
            if (keepsSector(offset / SectorSize))
            {
                if (_length < offset + count)
                    SetLength((int)(offset + count));
                operation.Bytes.AsSpan((int)at, count).CopyTo(_bytes.AsSpan((int)offset));
            }

            at += count;
        }
    }

    private void SetLength(int length)
    {
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
        if (length < _length)
            _bytes.AsSpan(length, _length - length).Clear();
        _length = length;
    }
}
