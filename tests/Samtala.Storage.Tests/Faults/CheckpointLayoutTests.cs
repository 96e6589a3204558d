using System.Buffers.Binary;
using Samtala.Storage.Embedded;
using Samtala.Storage.Files;

namespace Samtala.Storage.Tests.Faults;

/// <summary>A checkpoint whose checksum holds and whose content is of another layout, or made up.</summary>
public sealed class CheckpointLayoutTests
{
    private const int ChangesPerByteCount = 3;

    [Fact]
    public async Task A_checkpoint_of_another_layout_is_refused_whatever_it_holds()
    {
        Random random = new(Seeds.Next());
        var whole = await MakeAsync();
        Assert.NotNull(Read(whole));
        for (var length = 4; length < whole.Length; length++)
        {
            var error = Assert.Throws<StoreCorruptException>(() => Read(whole.AsSpan(0, length)));
            Assert.StartsWith("SAM0405: ", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<StoreCorruptException>(() => Read([.. whole, 0]));
        for (var i = 0; i < whole.Length * ChangesPerByteCount; i++)
        {
            var changed = whole.ToArray();
            BinaryPrimitives.WriteInt32LittleEndian(
                changed.AsSpan(random.Next(changed.Length - 3)), random.Next(int.MinValue, int.MaxValue));
            try
            {
                Read(changed);
            }
            catch (StoreException e)
            {
                Assert.StartsWith("SAM040", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static StoreCheckpoint? Read(ReadOnlySpan<byte> body)
    {
        FaultyDisk disk = new();
        var file = disk.Open(CheckpointFile.Name);
        file.Write(0, body);
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, Checksum.Of(body));
        file.Write(body.Length, sum);
        return CheckpointFile.Read(disk);
    }

    /// <returns>A checkpoint without its checksum.</returns>
    private static async Task<byte[]> MakeAsync()
    {
        FaultyDisk disk = new();
        Workload workload = new(1, disk);
        await using (var store = await Workload.OpenAsync(disk))
            await workload.RunAsync(store);
        return disk.Files.Single(f => f.Name == CheckpointFile.Name).File.Content[..^4].ToArray();
    }
}
