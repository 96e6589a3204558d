namespace Samtala.Protocol.Tests;

/// <summary>Many hostile inputs; each may cost only so much memory.</summary>
internal static class Fuzz
{
    public static int Runs { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SAMTALA_FUZZ"), out int given) ? given : 50_000;

    /// <summary>Runs the decoder and fails when it allocates more than 64 KiB and 16 times its input.</summary>
    public static void Measure(int inputSize, Action decode)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        decode();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 65_536 + (16L * inputSize), $"{allocated} bytes for {inputSize} of input");
    }

    /// <summary>Cuts, flips, inserts, or replaces.</summary>
    public static byte[] Mutate(Random random, byte[] valid)
    {
        switch (random.Next(5))
        {
            case 0:
                byte[] noise = new byte[random.Next(200)];
                random.NextBytes(noise);
                return noise;
            case 1:
                return valid[..random.Next(valid.Length + 1)];
            case 2:
                int at = random.Next(valid.Length + 1);
                byte[] extra = new byte[random.Next(1, 20)];
                random.NextBytes(extra);
                return [.. valid[..at], .. extra, .. valid[at..]];
            case 3:
                byte[] high = [.. valid];
                if (high.Length > 0)
                    high[random.Next(high.Length)] = (byte)random.Next(0xfc, 0x100);
                return high;
            default:
                byte[] flipped = [.. valid];
                for (int i = random.Next(1, 4); i > 0 && flipped.Length > 0; i--)
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }
}
