using System.Buffers.Binary;
using FASTER.core;
using Samtala.Storage.Files;

namespace Samtala.Storage.Wal;

/// <summary>FasterLog's commit metadata: two slots at the head of the log's own file, written in turn.</summary>
/// <remarks>A commit costs one fdatasync, that of the records. The slot is written after it and reaches the disk with
/// the next one at the latest; records carry their own checksums, so recovery also finds what came after the slot. What
/// the slot adds: records before it that cannot be read are damage, not the ragged end of a power cut.</remarks>
internal sealed class CommitSlots(IStoreFile file, uint generation, ulong baseSequence = 0) : ILogCommitManager
{
    /// <summary>Where the log's address 0 lies in the file.</summary>
    public const int Size = 2 * SlotSize;

    private const int SlotSize = 4096;
    private const int SlotBytes = 40;
    private const int CheckedBytes = 32;
    private const uint Magic = 0x314C4157; // "WAL1"

    public WalDevice? Device { get; set; }

    public void Commit(
        long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
    {
        if (Device!.Failure is not null)
            return;
        try
        {
            file.Sync();
        }
        catch (IOException e)
        {
            Device.Fail(e);
            return;
        }

        try
        {
            Write(commitNum, untilAddress);
        }
        catch (IOException)
        {
            // The records are durable; a slot that stays behind only weakens the search for damage.
        }
    }

    public void Write(long commitNumber, long untilAddress)
    {
        Span<byte> slot = stackalloc byte[SlotBytes];
        slot.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(slot, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], commitNumber);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], untilAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], baseSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[CheckedBytes..], Checksum.Of(slot[..CheckedBytes]));
        file.Write((commitNumber & 1) * SlotSize, slot);
    }

    /// <summary>Up to where the log was durable for certain, and the sequence number before its first record.</summary>
    /// <returns>False if no slot can be read.</returns>
    public bool TryRead(out long durableUntil, out ulong sequence)
    {
        long best = -1;
        durableUntil = 0;
        sequence = 0;
        Span<byte> slot = stackalloc byte[SlotBytes];
        for (var i = 0; i < 2; i++)
        {
            if (file.Read(i * SlotSize, slot) < SlotBytes
                || BinaryPrimitives.ReadUInt32LittleEndian(slot) != Magic
                || BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]) != generation
                || BinaryPrimitives.ReadUInt32LittleEndian(slot[CheckedBytes..]) != Checksum.Of(slot[..CheckedBytes]))
            {
                continue;
            }

            var number = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
            if (number <= best)
                continue;
            best = number;
            durableUntil = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]);
            sequence = BinaryPrimitives.ReadUInt64LittleEndian(slot[24..]);
        }

        return best >= 0;
    }

    // Recovery does not go through FasterLog (WalReader says why), so there is nothing to list.
    public IEnumerable<long> ListCommits() => [];

    public byte[] GetCommitMetadata(long commitNum) => [];

    public void RemoveCommit(long commitNum)
    {
    }

    public void RemoveAllCommits()
    {
    }

    public void OnRecovery(long commitNum)
    {
    }

    public void Dispose()
    {
    }
}
