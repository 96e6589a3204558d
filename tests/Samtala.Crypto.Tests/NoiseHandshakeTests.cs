using System.Security.Cryptography;
using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

public sealed class NoiseHandshakeTests : IDisposable
{
    private readonly SecretSlab _slab = new();
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly SecretKey _initiatorKey;
    private readonly SecretKey _responderKey;
    private readonly SymmetricKey _shared;

    public NoiseHandshakeTests()
    {
        _initiatorKey = SecretKey.Generate(_slab, _random);
        _responderKey = SecretKey.Generate(_slab, _random);
        _shared = SymmetricKey.Generate(_slab, _random);
    }

    public static TheoryData<NoisePattern> Patterns => [.. Enum.GetValues<NoisePattern>()];

    public void Dispose()
    {
        _initiatorKey.Dispose();
        _responderKey.Dispose();
        _shared.Dispose();
        _slab.Dispose();
        _random.Dispose();
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Both_sides_end_with_the_same_keys(NoisePattern pattern)
    {
        using NoiseHandshake initiator = Begin(pattern, isInitiator: true, _shared);
        using NoiseHandshake responder = Begin(pattern, isInitiator: false, _shared);
        Assert.True(Run(initiator, responder, tamperAt: -1, tamper: null));
        using NoiseKeys first = initiator.TakeKeys();
        using NoiseKeys second = responder.TakeKeys();
        Assert.True(first.Send.SequenceEqual(second.Receive));
        Assert.True(first.Receive.SequenceEqual(second.Send));
        Assert.True(first.Hash.Span.SequenceEqual(second.Hash.Span));
        Assert.False(first.Send.SequenceEqual(first.Receive));
    }

    [Theory]
    [InlineData(NoisePattern.NNpsk0)]
    [InlineData(NoisePattern.XXpsk0)]
    public void Another_shared_key_is_refused_at_the_first_message(NoisePattern pattern)
    {
        using SymmetricKey other = SymmetricKey.Generate(_slab, _random);
        using NoiseHandshake initiator = Begin(pattern, isInitiator: true, _shared);
        using NoiseHandshake responder = Begin(pattern, isInitiator: false, other);
        Assert.True(initiator.TryWrite([], out byte[] message));
        Assert.False(responder.TryRead(message, out _));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void A_flipped_bit_in_any_message_leaves_no_shared_keys(NoisePattern pattern)
    {
        Random random = TestSeed.NewRandom();
        for (int at = 0; at < 3; at++)
        {
            for (int i = 0; i < 20; i++)
            {
                using NoiseHandshake initiator = Begin(pattern, isInitiator: true, _shared);
                using NoiseHandshake responder = Begin(pattern, isInitiator: false, _shared);
                bool reached = false;
                bool done = Run(initiator, responder, at, message =>
                {
                    reached = true;
                    message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
                });
                if (!reached)
                    continue;
                Assert.False(done && initiator.IsComplete && responder.IsComplete && Agree(initiator, responder));
            }
        }
    }

    [Fact]
    public void A_message_longer_than_the_limit_is_refused_unread()
    {
        using NoiseHandshake responder = Begin(NoisePattern.XX, isInitiator: false, _shared);
        Assert.False(responder.TryRead(new byte[NoiseHandshake.MessageSizeMax + 1], out _));
        Assert.True(responder.IsFailed);
    }

    [Fact]
    public void A_payload_that_makes_the_message_too_long_is_our_own_mistake()
    {
        using NoiseHandshake initiator = Begin(NoisePattern.XX, isInitiator: true, _shared);
        Assert.Throws<ArgumentException>(() => initiator.TryWrite(new byte[NoiseHandshake.MessageSizeMax], out _));
    }

    [Fact]
    public void A_key_that_is_no_point_is_refused_when_it_is_used()
    {
        using NoiseHandshake responder = Begin(NoisePattern.XX, isInitiator: false, _shared);
        int before = _slab.Count;
        Assert.True(responder.TryRead(new byte[32], out _));
        Assert.False(responder.TryWrite([], out byte[] message));
        Assert.Empty(message);
        Assert.True(responder.IsFailed);
        Assert.Equal(before, _slab.Count);
    }

    [Fact]
    public void Nobody_speaks_out_of_turn()
    {
        using NoiseHandshake initiator = Begin(NoisePattern.XX, isInitiator: true, _shared);
        using NoiseHandshake responder = Begin(NoisePattern.XX, isInitiator: false, _shared);
        Assert.Throws<InvalidOperationException>(() => initiator.TryRead(new byte[32], out _));
        Assert.Throws<InvalidOperationException>(() => responder.TryWrite([], out _));
    }

    [Theory]
    [InlineData(NoisePattern.XX)]
    [InlineData(NoisePattern.IK)]
    [InlineData(NoisePattern.NNpsk0)]
    public void A_missing_key_is_our_own_mistake(NoisePattern pattern)
    {
        NoiseSettings settings = new() { Pattern = pattern, IsInitiator = true };
        Assert.Throws<ArgumentException>(() => new NoiseHandshake(settings, _slab, _random));
    }

    [Fact]
    public void Random_messages_are_refused_without_exceptions_and_without_much_memory()
    {
        Random random = TestSeed.NewRandom();
        int runs = int.TryParse(Environment.GetEnvironmentVariable("SAMTALA_FUZZ"), out int given) ? given : 50_000;
        NoisePattern[] patterns = Enum.GetValues<NoisePattern>();
        for (int i = 0; i < runs; i++)
        {
            NoisePattern pattern = patterns[random.Next(patterns.Length)];
            using NoiseHandshake initiator = Begin(pattern, isInitiator: true, _shared);
            using NoiseHandshake responder = Begin(pattern, isInitiator: false, _shared);
            Assert.True(initiator.TryWrite(new byte[random.Next(3)], out byte[] message));
            byte[] input = Mutate(random, message);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool read = responder.TryRead(input, out byte[] payload);
            bool written = read && responder.TryWrite([], out _);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 65_536 + (16L * input.Length), $"{allocated} bytes for {input.Length}");
            Assert.True(read || payload.Length == 0);
            Assert.Equal(!read || !written, responder.IsFailed);
        }
    }

    private static byte[] Mutate(Random random, byte[] message)
    {
        switch (random.Next(4))
        {
            case 0:
                byte[] noise = new byte[random.Next(300)];
                random.NextBytes(noise);
                return noise;
            case 1:
                return message[..random.Next(message.Length + 1)];
            case 2:
                return [.. message, .. new byte[random.Next(1, 100)]];
            default:
                byte[] copy = [.. message];
                copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }

    private static bool Run(NoiseHandshake initiator, NoiseHandshake responder, int tamperAt, Action<byte[]>? tamper)
    {
        for (int step = 0; !(initiator.IsComplete && responder.IsComplete); step++)
        {
            NoiseHandshake from = step % 2 == 0 ? initiator : responder;
            NoiseHandshake to = step % 2 == 0 ? responder : initiator;
            if (!from.TryWrite([], out byte[] message))
                return false;
            if (step == tamperAt)
                tamper?.Invoke(message);
            if (!to.TryRead(message, out _))
                return false;
        }

        return true;
    }

    private static bool Agree(NoiseHandshake initiator, NoiseHandshake responder)
    {
        using NoiseKeys first = initiator.TakeKeys();
        using NoiseKeys second = responder.TakeKeys();
        return first.Send.SequenceEqual(second.Receive);
    }

    private NoiseHandshake Begin(NoisePattern pattern, bool isInitiator, SymmetricKey shared) => new(
        new NoiseSettings
        {
            Pattern = pattern,
            IsInitiator = isInitiator,
            StaticKey = isInitiator ? _initiatorKey : _responderKey,
            RemoteStatic = isInitiator ? _responderKey.PublicKey : null,
            SharedKey = NoisePatterns.HasSharedKey(pattern) ? shared : null,
        },
        _slab,
        _random);
}
