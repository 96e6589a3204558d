using Samtala.Hypercore.Blobs;
using Samtala.Storage;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Blobs;

public sealed class BlobDamageTests
{
    [Fact]
    public async Task One_flipped_bit_is_found_named_not_served_and_healed()
    {
        Random random = TestSeed.NewRandom();
        await using BlobWorld world = new(random);
        for (int round = 0; round < 40; round++)
        {
            byte[] bytes = world.NewBytes(random.Next(BlobLimits.InlineSizeMax + 1, 400_000));
            BlobInfo info = await world.PutAsync(bytes);
            Assert.True((await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop))!.IsIntact);
            BlobRecord record = (await world.Blobs.GetRecordAsync(info.Id, BlobWorld.Stop))!;

            long bit = random.NextInt64((long)bytes.Length * 8);
            world.Store.Flipped = (record.Data!.Value, bit);
            BlobVerdict verdict = (await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop))!;
            Assert.False(verdict.IsIntact);
            Assert.Equal(bit / 8 / BlobLimits.BlockSize, verdict.DamagedBlock);
            Assert.Contains(info.Id.ToString(), verdict.Problem, StringComparison.Ordinal);

            Assert.Null(await world.Blobs.OpenAsync(info.Id, BlobWorld.Stop));
            Assert.Null(await world.Blobs.FindAsync(info.Sha512, BlobWorld.Stop));
            Assert.Null(await world.Blobs.ReadAsync(info.Id, 0, new byte[1], BlobWorld.Stop));
            Assert.Null(await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop));

            Assert.Equal(info, await world.PutAsync(bytes));
            Assert.Equal(bytes, await world.ReadAllAsync(info.Id));
            Assert.Equal(info.Id, await world.Blobs.FindAsync(info.Sha512, BlobWorld.Stop));
            BlobPage owned = await world.Blobs.ListAsync(BlobWorld.Owner, 0, 1000, BlobWorld.Stop);
            Assert.Single(owned.Ids, info.Id);
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_a_leaf_hash_is_damage_too()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        BlobInfo info = await world.PutAsync(world.NewBytes(200_000));
        BlobRecord record = (await world.Blobs.GetRecordAsync(info.Id, BlobWorld.Stop))!;
        world.Store.Flipped = (record.Data!.Value, (200_000 + 33) * 8);
        BlobVerdict verdict = (await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop))!;
        Assert.Equal(1, verdict.DamagedBlock);
    }

    [Fact]
    public async Task Damage_that_the_store_finds_is_an_error_once_and_then_an_absent_blob()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        byte[] bytes = world.NewBytes(5000);
        BlobInfo info = await world.PutAsync(bytes);
        BlobRecord record = (await world.Blobs.GetRecordAsync(info.Id, BlobWorld.Stop))!;
        world.Disk.Damage(record.Data!.Value);
        await Assert.ThrowsAsync<StoreCorruptException>(
            async () => await world.Blobs.ReadAsync(info.Id, 0, new byte[10], BlobWorld.Stop));
        Assert.Null(await world.Blobs.StatAsync(info.Id, BlobWorld.Stop));
        await world.PutAsync(bytes);
        Assert.Equal(bytes, await world.ReadAllAsync(info.Id));
    }

    [Fact]
    public async Task A_damaged_blob_without_owners_is_swept()
    {
        await using BlobWorld world = new(TestSeed.NewRandom());
        BlobInfo info = await world.PutAsync(world.NewBytes(5000));
        BlobRecord record = (await world.Blobs.GetRecordAsync(info.Id, BlobWorld.Stop))!;
        world.Store.Flipped = (record.Data!.Value, 1);
        Assert.False((await world.Blobs.VerifyAsync(info.Id, BlobWorld.Stop))!.IsIntact);
        await world.Blobs.RemoveOwnerAsync(info.Id, BlobWorld.Owner, BlobWorld.Stop);
        Assert.Equal(1, (await world.Blobs.SweepAsync(TimeSpan.Zero, BlobWorld.Stop)).Count);
    }

    [Fact]
    public void A_record_of_another_form_is_an_error_that_names_the_blob()
    {
        BlobId id = BlobId.Parse(new string('a', 64));
        var refusal = Assert.Throws<StoreCorruptException>(() => BlobRecord.Decode(id, [9, 9, 9]));
        Assert.Contains(id.ToString(), refusal.Message, StringComparison.Ordinal);
    }
}
