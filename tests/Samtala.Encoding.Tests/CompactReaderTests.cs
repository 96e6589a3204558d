using System.Numerics;
using Samtala.Vectors;

namespace Samtala.Encodings.Tests;

public sealed class CompactReaderTests
{
    [Fact]
    public void No_prefix_of_random_bytes_throws_reads_past_its_end_or_moves_when_refused()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[random.Next(24)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && random.Next(2) == 0)
                bytes[0] = (byte)random.Next(12);
            foreach (var (name, (_, read)) in Codecs.All)
            {
                if (name is "json" or "frame(string)" or "frame(uint)" or "array(uint)" or "array(string)")
                    continue; // Made of others by the test itself, which neither rewinds nor parses.
                CompactReader reader = new(bytes);
                bool valid = read(ref reader, out _);
                Assert.InRange(reader.Position, 0, bytes.Length);
                Assert.True(valid || reader.Position == 0, $"{name} moved over {Convert.ToHexString(bytes)}");
            }
        }
    }

    [Fact]
    public void Random_integers_read_back()
    {
        Random random = TestSeed.NewRandom();
        byte[] target = new byte[600];
        for (int round = 0; round < 20_000; round++)
        {
            ulong value = (ulong)random.NextInt64() & CompactLimits.UIntMax >> random.Next(53);
            CompactWriter writer = new(target);
            writer.WriteUInt(value);
            Assert.Equal(CompactSize.OfUInt(value), writer.Position);
            writer.WriteInt((long)(value >> 1) * (round % 2 == 0 ? 1 : -1));
            BigInteger big = new(random.NextInt64());
            big = BigInteger.Pow(big, random.Next(1, 8)) * (round % 3 == 0 ? -1 : 1);
            writer.WriteBigInt(big);
            CompactReader reader = new(writer.Written);
            Assert.True(reader.TryReadUInt(out ulong unsigned));
            Assert.True(reader.TryReadInt(out long signed));
            Assert.True(reader.TryReadBigInt(out BigInteger bigRead));
            Assert.True(reader.IsAtEnd);
            Assert.Equal((value, (long)(value >> 1) * (round % 2 == 0 ? 1 : -1), big), (unsigned, signed, bigRead));
        }
    }

    [Fact]
    public void Order_preserving_integers_sort_as_their_bytes_do()
    {
        Random random = TestSeed.NewRandom();
        ulong[] values = [.. Enumerable.Range(0, 3000)
            .Select(_ => (ulong)random.NextInt64() & CompactLimits.UIntMax >> random.Next(53))
            .Where(v => v is < (1UL << 32) or > (1UL << 32) + 250)
            .Distinct()
            .Order()];
        byte[][] encoded = [.. values.Select(EncodeLexInt)];
        for (int i = 1; i < encoded.Length; i++)
            Assert.True(encoded[i - 1].AsSpan().SequenceCompareTo(encoded[i]) <= 0, $"{values[i - 1]} {values[i]}");
        for (int i = 0; i < values.Length; i++)
        {
            CompactReader reader = new(encoded[i]);
            Assert.True(reader.TryReadLexInt(out ulong read));
            Assert.True(read <= values[i] && values[i] - read < 512, $"{values[i]} read as {read}");
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => EncodeLexInt(1UL << 32));
    }

    [Fact]
    public void Deep_and_numerous_values_are_refused_without_a_stack_or_a_heap_of_them()
    {
        byte[] deep = [.. Enumerable.Repeat<byte[]>([7, 1], CompactLimits.AnyDepthMax + 1).SelectMany(b => b), 0];
        CompactReader reader = new(deep);
        Assert.False(CompactAny.TryRead(ref reader, out _));
        Assert.Equal(0, reader.Position);

        byte[] numerous = new byte[CompactLimits.AnyCountMax + 10];
        numerous[0] = 7;
        numerous[1] = 0xfe;
        BitConverter.TryWriteBytes(numerous.AsSpan(2), CompactLimits.AnyCountMax + 1);
        reader = new CompactReader(numerous);
        Assert.False(CompactAny.TryRead(ref reader, out _));
    }

    [Fact]
    public void A_writer_without_room_refuses_before_it_writes()
    {
        byte[] target = new byte[3];
        Assert.Throws<InvalidOperationException>(() =>
        {
            CompactWriter writer = new(target.AsSpan(0, 2));
            writer.WriteUInt(1000);
        });
        Assert.Equal(0, target[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            CompactWriter writer = new(new byte[20]);
            writer.WriteUInt(CompactLimits.UIntMax + 1);
        });
    }

    [Fact]
    public void The_measured_size_of_any_value_is_the_written_size()
    {
        object? value = new KeyValuePair<string, object?>[]
        {
            new("list", new object?[] { null, true, "text", new byte[300], 70000UL, -5L, 1.5 }),
            new("when", DateTimeOffset.UnixEpoch.AddYears(50)),
        };
        byte[] target = new byte[CompactAny.SizeOf(value)];
        CompactWriter writer = new(target);
        CompactAny.Write(ref writer, value);
        Assert.Equal(target.Length, writer.Position);
        Assert.Throws<ArgumentException>(() => CompactAny.SizeOf(1.5m));
    }

    private static byte[] EncodeLexInt(ulong value)
    {
        byte[] target = new byte[16];
        CompactWriter writer = new(target);
        writer.WriteLexInt(value);
        return writer.Written.ToArray();
    }
}
