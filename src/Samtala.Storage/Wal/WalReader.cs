using System.Buffers.Binary;
using Samtala.Storage.Files;

namespace Samtala.Storage.Wal;

/// <summary>Reads the records of one generation back.</summary>
/// <remarks>FasterLog's own scanner trusts lengths and reads past its buffer on a torn page, so the format of its pages
/// is read here, with every length checked: 8 bytes checksum, 4 bytes length, the entry, padded to 4 bytes; a length of
/// zero ends a page. The record's own CRC-32C is what counts.</remarks>
internal static class WalReader
{
    private const int HeaderSize = 12;

    /// <summary>Hands every record since a checkpoint to <paramref name="apply"/>, in order.</summary>
    /// <param name="files">Where.</param>
    /// <param name="generation">The generation that the checkpoint began.</param>
    /// <param name="sequence">The last sequence number in the checkpoint.</param>
    /// <param name="apply">Gets whole records only.</param>
    /// <returns>The last sequence number.</returns>
    /// <exception cref="StoreCorruptException">A record that was durable cannot be read.</exception>
    public static ulong Replay(
        IFileSystem files, uint generation, ulong sequence, Action<ReadOnlyMemory<byte>> apply)
    {
        if (!files.Exists(WriteAheadLog.PathOf(generation)))
            throw Damaged(WriteAheadLog.PathOf(generation), 0, "the file is missing");

        // More than one generation is there when a checkpoint began but did not end. A generation without records says
        // nothing; one with records says where the one before it ends.
        var generations = ListFrom(files, generation);
        for (var i = 0; i < generations.Count; i++)
        {
            var limit = generations.Skip(i + 1).Select(g => FirstSequence(files, g)).FirstOrDefault(s => s is not null)
                ?? ulong.MaxValue;
            sequence = Replay(files, generations[i], sequence, limit, apply);
            if (limit != ulong.MaxValue && sequence < limit)
                throw Damaged(WriteAheadLog.PathOf(generations[i]), 0, $"records before number {limit} are missing");
        }

        return sequence;
    }

    public static List<uint> ListFrom(IFileSystem files, uint generation)
    {
        List<uint> found = [];
        foreach (var name in files.List(WriteAheadLog.Folder))
        {
            if (WriteAheadLog.TryParse(name, out var number) && number >= generation)
                found.Add(number);
        }

        found.Sort();
        return found;
    }

    /// <summary>The sequence number before the first record; null if there is no whole record.</summary>
    public static ulong? FirstSequence(IFileSystem files, uint generation)
    {
        using var file = files.Open(WriteAheadLog.PathOf(generation));
        var (_, sequence) = ReadSlots(file, generation);
        var page = new byte[WriteAheadLog.PageSize];
        var count = file.Read(CommitSlots.Size, page);
        var next = sequence;
        _ = ReadPage(page.AsMemory(0, count), 0, 0, generation, sequence + 1, ref next, _ => { });
        return next > sequence ? sequence : null;
    }

    /// <summary>Whether anything was ever committed, as far as this generation knows.</summary>
    public static bool FollowsOrHasRecords(IFileSystem files, uint generation)
    {
        if (FirstSequence(files, generation) is not null)
            return true;
        using var file = files.Open(WriteAheadLog.PathOf(generation));
        return ReadSlots(file, generation).BaseSequence > 0;
    }

    private static ulong Replay(
        IFileSystem files, uint generation, ulong sequence, ulong limit, Action<ReadOnlyMemory<byte>> apply)
    {
        var path = WriteAheadLog.PathOf(generation);
        using var file = files.Open(path);
        var (durableUntil, _) = ReadSlots(file, generation);
        var page = new byte[WriteAheadLog.PageSize];
        for (long pageStart = 0; ; pageStart += page.Length)
        {
            var count = file.Read(CommitSlots.Size + pageStart, page);
            var next = ReadPage(
                page.AsMemory(0, count), pageStart, durableUntil, generation, limit, ref sequence, apply);
            if (next == pageStart + page.Length)
                continue;
            if (next < durableUntil && sequence < limit)
                throw Damaged(path, CommitSlots.Size + next, "a record is not what was written");
            return sequence;
        }
    }

    private static long ReadPage(
        ReadOnlyMemory<byte> page, long pageStart, long durableUntil, uint generation, ulong limit,
        ref ulong sequence, Action<ReadOnlyMemory<byte>> apply)
    {
        var offset = pageStart == 0 ? WriteAheadLog.FirstAddress : 0;
        while (WriteAheadLog.PageSize - offset >= HeaderSize)
        {
            if (page.Length - offset < HeaderSize)
                return pageStart + offset;
            var length = BinaryPrimitives.ReadInt32LittleEndian(page.Span[(offset + 8)..]);

            // Nothing more on this page: the next begins at its boundary. An empty page is the end of the log.
            if (length == 0)
            {
                var isEnd = offset == 0 || page.Length < WriteAheadLog.PageSize
                    || (durableUntil > pageStart + offset && durableUntil <= pageStart + WriteAheadLog.PageSize);
                return isEnd ? pageStart + offset : pageStart + WriteAheadLog.PageSize;
            }

            if (length < 0 || length > page.Length - offset - HeaderSize)
                return pageStart + offset;
            var record = page.Slice(offset + HeaderSize, length);
            if (sequence >= limit || !BatchRecord.IsValid(record.Span, generation, sequence + 1))
                return pageStart + offset;
            apply(record);
            sequence++;
            offset += HeaderSize + ((length + 3) & ~3);
        }

        return pageStart + WriteAheadLog.PageSize;
    }

    /// <summary>A log gets its name when its first slot is durable, and the slots are never written both at once: one
    /// can be read after any power cut.</summary>
    private static (long DurableUntil, ulong BaseSequence) ReadSlots(IStoreFile file, uint generation) =>
        new CommitSlots(file, generation).TryRead(out var durableUntil, out var sequence)
            ? (durableUntil, sequence)
            : throw Damaged(
                WriteAheadLog.PathOf(generation), 0, "neither of its two commit slots can be read");

    private static StoreCorruptException Damaged(string path, long offset, string what) =>
        StoreErrors.DamagedLog(path, offset, what);
}
