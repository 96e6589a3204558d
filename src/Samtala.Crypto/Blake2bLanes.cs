using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Samtala.Crypto;

/// <summary>BLAKE2b-256 without a key of many short messages: four at once where the processor has AVX2, which takes a
/// third of the time of one after the other. Source: RFC 7693.</summary>
public static unsafe class Blake2bLanes
{
    /// <summary>Bytes of one message's place, and of the longest message.</summary>
    public const int SlotSize = 128;

    private const int Lanes = 4;
    private const int Words = 16;
    private const int Rounds = 12;

    // Result of 32 bytes, no key, one chunk, one level.
    private const ulong Parameters = 0x01010020;

    private static readonly ulong[] s_start =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    private static readonly byte[] s_order =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    ];

    private static readonly Vector256<byte> s_rotate24 = Vector256.Create(
        (byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,
        3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);

    private static readonly Vector256<byte> s_rotate16 = Vector256.Create(
        (byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,
        2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);

    /// <summary>Whether several are hashed at once here.</summary>
    public static bool IsParallel => Avx2.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Hashes messages.</summary>
    /// <param name="slots">One place of <see cref="SlotSize"/> bytes for each; what is behind a message must be zero.
    /// </param>
    /// <param name="sizes">Bytes of each message, 0 to <see cref="SlotSize"/>.</param>
    /// <param name="results">As many as <paramref name="sizes"/>.</param>
    /// <exception cref="ArgumentException">The spans do not fit each other, or a size is out of range.</exception>
    public static void Hash(ReadOnlySpan<byte> slots, ReadOnlySpan<int> sizes, Span<Hash32> results)
    {
        if (slots.Length != sizes.Length * SlotSize || results.Length != sizes.Length)
            throw new ArgumentException($"{sizes.Length} messages need as many places and results.", nameof(slots));
        if (sizes.ContainsAnyExceptInRange(0, SlotSize))
            throw new ArgumentException($"A message here has 0 to {SlotSize} bytes.", nameof(sizes));
        int done = 0;
        if (IsParallel)
        {
            fixed (byte* blocks = slots)
            fixed (Hash32* output = results)
            {
                for (; done + Lanes <= sizes.Length; done += Lanes)
                    HashFour(blocks + (done * SlotSize), sizes.Slice(done, Lanes), (ulong*)(output + done));
            }
        }

        for (; done < sizes.Length; done++)
            results[done] = Blake2b.HashData(slots.Slice(done * SlotSize, sizes[done]));
    }

    [SkipLocalsInit]
    private static void HashFour(byte* blocks, ReadOnlySpan<int> sizes, ulong* output)
    {
        Vector256<ulong>* m = stackalloc Vector256<ulong>[Words];
        Vector256<ulong>* v = stackalloc Vector256<ulong>[Words];
        for (int i = 0; i < Words; i += Lanes)
        {
            ulong* word = (ulong*)blocks + i;
            Transpose(
                Vector256.Load(word),
                Vector256.Load(word + Words),
                Vector256.Load(word + (2 * Words)),
                Vector256.Load(word + (3 * Words)),
                m + i);
        }

        for (int i = 0; i < Words; i++)
            v[i] = Vector256.Create(s_start[i & 7]);
        v[0] ^= Vector256.Create(Parameters);
        v[12] ^= Vector256.Create((ulong)sizes[0], (ulong)sizes[1], (ulong)sizes[2], (ulong)sizes[3]);
        v[14] = ~v[14];
        Compress(m, v);
        Transpose(
            v[0] ^ v[8] ^ Vector256.Create(s_start[0] ^ Parameters),
            v[1] ^ v[9] ^ Vector256.Create(s_start[1]),
            v[2] ^ v[10] ^ Vector256.Create(s_start[2]),
            v[3] ^ v[11] ^ Vector256.Create(s_start[3]),
            m);
        for (int i = 0; i < Lanes; i++)
            m[i].Store(output + (i * Lanes));
    }

    private static void Compress(Vector256<ulong>* m, Vector256<ulong>* v)
    {
        Vector256<byte> rotate24 = s_rotate24;
        Vector256<byte> rotate16 = s_rotate16;
        fixed (byte* order = s_order)
        {
            for (byte* s = order; s < order + (Rounds * Words); s += Words)
            {
                Mix(v, v + 4, v + 8, v + 12, m[s[0]], m[s[1]], rotate24, rotate16);
                Mix(v + 1, v + 5, v + 9, v + 13, m[s[2]], m[s[3]], rotate24, rotate16);
                Mix(v + 2, v + 6, v + 10, v + 14, m[s[4]], m[s[5]], rotate24, rotate16);
                Mix(v + 3, v + 7, v + 11, v + 15, m[s[6]], m[s[7]], rotate24, rotate16);
                Mix(v, v + 5, v + 10, v + 15, m[s[8]], m[s[9]], rotate24, rotate16);
                Mix(v + 1, v + 6, v + 11, v + 12, m[s[10]], m[s[11]], rotate24, rotate16);
                Mix(v + 2, v + 7, v + 8, v + 13, m[s[12]], m[s[13]], rotate24, rotate16);
                Mix(v + 3, v + 4, v + 9, v + 14, m[s[14]], m[s[15]], rotate24, rotate16);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        Vector256<ulong>* first,
        Vector256<ulong>* second,
        Vector256<ulong>* third,
        Vector256<ulong>* fourth,
        Vector256<ulong> x,
        Vector256<ulong> y,
        Vector256<byte> rotate24,
        Vector256<byte> rotate16)
    {
        const byte SwapHalves = 0xb1;
        Vector256<ulong> b = *second;
        Vector256<ulong> a = *first + b + x;
        Vector256<ulong> d = Avx2.Shuffle((*fourth ^ a).AsInt32(), SwapHalves).AsUInt64();
        Vector256<ulong> c = *third + d;
        b = Avx2.Shuffle((b ^ c).AsByte(), rotate24).AsUInt64();
        a = a + b + y;
        d = Avx2.Shuffle((d ^ a).AsByte(), rotate16).AsUInt64();
        c += d;
        b ^= c;
        *first = a;
        *second = Vector256.ShiftRightLogical(b, 63) | (b + b);
        *third = c;
        *fourth = d;
    }

    /// <summary>Rows of four words to columns and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector256<ulong> row0,
        Vector256<ulong> row1,
        Vector256<ulong> row2,
        Vector256<ulong> row3,
        Vector256<ulong>* target)
    {
        const byte LowHalves = 0x20;
        const byte HighHalves = 0x31;
        Vector256<ulong> low01 = Avx2.UnpackLow(row0, row1);
        Vector256<ulong> high01 = Avx2.UnpackHigh(row0, row1);
        Vector256<ulong> low23 = Avx2.UnpackLow(row2, row3);
        Vector256<ulong> high23 = Avx2.UnpackHigh(row2, row3);
        target[0] = Avx2.Permute2x128(low01, low23, LowHalves);
        target[1] = Avx2.Permute2x128(high01, high23, LowHalves);
        target[2] = Avx2.Permute2x128(low01, low23, HighHalves);
        target[3] = Avx2.Permute2x128(high01, high23, HighHalves);
    }
}
