using Samtala.Vectors;

namespace Samtala.Encodings.Tests;

public sealed class SparseBitfieldTests
{
    // Small enough for a naive model to look at every bit, large enough for runs of full pages and gaps.
    private const int ModelBits = SparseBitfield.PageBits * 9;

    [Fact]
    public void Any_sequence_of_changes_and_queries_equals_a_naive_model()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 40; run++)
        {
            var field = new SparseBitfield();
            bool[] model = new bool[ModelBits];
            for (int step = 0; step < 60; step++)
            {
                Change(random, field, model);
                CheckQueries(random, field, model);
            }

            Assert.Equal((ulong)model.Count(bit => bit), field.Count);
            Assert.True(field.PageCount <= ModelBits / SparseBitfield.PageBits);
        }
    }

    [Fact]
    public void The_first_bit_that_another_field_lacks_is_that_of_a_naive_model()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 60; run++)
        {
            SparseBitfield one = new(), other = new();
            bool[] oneModel = new bool[ModelBits], otherModel = new bool[ModelBits];
            for (int step = 0; step < 12; step++)
            {
                Change(random, one, oneModel);
                Change(random, other, otherModel);
                int from = random.Next(ModelBits), end = random.Next(from, ModelBits + 1);
                int expected = Enumerable.Range(from, end - from)
                    .FirstOrDefault(i => oneModel[i] && !otherModel[i], -1);
                Assert.Equal(
                    expected < 0 ? SparseBitfield.BitsMax : (ulong)expected,
                    one.FirstSetExcept(other, (ulong)from, (ulong)end));
            }
        }
    }

    [Fact]
    public void Words_of_the_wire_go_in_and_out_unchanged()
    {
        Random random = TestSeed.NewRandom();
        for (int run = 0; run < 200; run++)
        {
            SparseBitfield field = new();
            bool[] model = new bool[ModelBits];
            for (int i = 0; i < 4; i++)
                Change(random, field, model);
            int words = random.Next(1, ModelBits / 32), start = random.Next((ModelBits / 32) - words + 1) * 32;
            byte[] bytes = new byte[words * 4];
            if (random.Next(3) > 0)
                random.NextBytes(bytes);
            if (random.Next(3) == 0)
                bytes.AsSpan(0, random.Next(bytes.Length)).Fill(0xff);
            field.Replace((ulong)start, bytes);
            for (int bit = 0; bit < words * 32; bit++)
                model[start + bit] = (bytes[bit / 8] >> (bit % 8) & 1) != 0;
            byte[] back = new byte[ModelBits / 8];
            field.CopyTo(0, back);
            Assert.Equal(model, Enumerable.Range(0, ModelBits).Select(bit => (back[bit / 8] >> (bit % 8) & 1) != 0));
            Assert.Equal((ulong)model.Count(bit => bit), field.Count);
        }
    }

    [Fact]
    public void A_whole_log_of_the_greatest_length_is_one_entry()
    {
        SparseBitfield field = new(pagesMax: 1);
        Assert.Equal(SparseBitfield.BitsMax, field.SetRange(0, ulong.MaxValue));
        Assert.Equal(1, field.PageCount);
        Assert.True(field.Get(SparseBitfield.BitsMax - 1));
        Assert.False(field.Get(SparseBitfield.BitsMax));
        Assert.Equal(SparseBitfield.BitsMax, field.FirstUnset(0));
        Assert.True(field.TryLastSet(ulong.MaxValue, out ulong last));
        Assert.Equal(SparseBitfield.BitsMax - 1, last);
        Assert.False(field.TryLastUnset(ulong.MaxValue, out _));
        Assert.Equal(SparseBitfield.BitsMax, field.CountSet(0, ulong.MaxValue));
        Assert.False(field.IsSet(SparseBitfield.BitsMax - 1, 2));
        Assert.Equal(SparseBitfield.BitsMax, field.ClearRange(0, ulong.MaxValue));
        Assert.Equal(0, field.PageCount);
    }

    [Fact]
    public void A_stranger_who_scatters_bits_takes_no_more_than_the_allowed_entries()
    {
        Random random = TestSeed.NewRandom();
        SparseBitfield field = new(pagesMax: 16);
        for (int i = 0; i < 10_000; i++)
        {
            ulong start = (ulong)random.NextInt64((long)SparseBitfield.BitsMax);
            switch (random.Next(5))
            {
                case 0:
                    field.Set(start);
                    break;
                case 1:
                    field.SetRange(start, (ulong)random.Next(1 << 20));
                    break;
                case 2:
                    field.Replace(start & ~31UL, [1, 2, 3, 4]);
                    break;
                case 3:
                    field.Clear(start);
                    break;
                default:
                    field.ClearRange(start, (ulong)random.NextInt64(1L << 30));
                    break;
            }

            Assert.True(field.PageCount <= 16);
        }

        Assert.True(field.IsSaturated);
    }

    private static void Change(Random random, SparseBitfield field, bool[] model)
    {
        int start = random.Next(ModelBits);
        int length = random.Next(3) == 0
            ? random.Next(ModelBits - start + 1)
            : Math.Min(random.Next(200), ModelBits - start);
        if (random.Next(4) == 0)
        {
            // Whole pages, where entries join and part.
            start = start / SparseBitfield.PageBits * SparseBitfield.PageBits;
            length = Math.Min(random.Next(1, 4) * SparseBitfield.PageBits, ModelBits - start);
        }

        bool value = random.Next(5) > 1;
        ulong changed = (ulong)model.AsSpan(start, length).Count(!value);
        model.AsSpan(start, length).Fill(value);
        if (length == 1 || random.Next(8) == 0)
        {
            for (int i = start; i < start + length; i++)
                _ = value ? field.Set((ulong)i) : field.Clear((ulong)i);
            return;
        }

        Assert.Equal(
            changed,
            value ? field.SetRange((ulong)start, (ulong)length) : field.ClearRange((ulong)start, (ulong)length));
    }

    private static void CheckQueries(Random random, SparseBitfield field, bool[] model)
    {
        for (int i = 0; i < 20; i++)
        {
            int at = random.Next(ModelBits), count = random.Next(ModelBits - at + 1);
            Assert.Equal(model[at], field.Get((ulong)at));
            int set = Array.IndexOf(model, true, at), unset = Array.IndexOf(model, false, at);
            Assert.Equal(set < 0 ? SparseBitfield.BitsMax : (ulong)set, field.FirstSet((ulong)at));
            Assert.Equal((ulong)(unset < 0 ? ModelBits : unset), field.FirstUnset((ulong)at));
            int lastSet = Array.LastIndexOf(model, true, at), lastUnset = Array.LastIndexOf(model, false, at);
            Assert.Equal(lastSet >= 0, field.TryLastSet((ulong)at, out ulong found));
            Assert.Equal((ulong)Math.Max(lastSet, 0), found);
            Assert.Equal(lastUnset >= 0, field.TryLastUnset((ulong)at, out found));
            Assert.Equal((ulong)Math.Max(lastUnset, 0), found);
            Assert.Equal((ulong)model.AsSpan(at, count).Count(true), field.CountSet((ulong)at, (ulong)count));
            Assert.Equal(!model.AsSpan(at, count).Contains(false), field.IsSet((ulong)at, (ulong)count));
        }
    }
}
