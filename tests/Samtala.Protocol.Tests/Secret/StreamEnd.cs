using System.Security.Cryptography;
using Samtala.Crypto;

namespace Samtala.Protocol.Tests.Secret;

/// <summary>One end of a stream and everything it was told.</summary>
internal sealed class StreamEnd : ISecretStreamHandler, IDisposable
{
    public StreamEnd(
        NoiseSettings settings,
        SecretSlab slab,
        RandomNumberGenerator random,
        SecretStreamOptions? options = null,
        TimeProvider? time = null)
    {
        Stream = new SecretStream(
            new NoiseHandshake(settings, slab, random),
            this,
            options ?? new SecretStreamOptions { KeepAlive = TimeSpan.Zero },
            time ?? TimeProvider.System,
            random);
    }

    public StreamEnd(
        NoiseKeys keys, RandomNumberGenerator random, SecretStreamOptions? options = null, TimeProvider? time = null) =>
        Stream = new SecretStream(
            keys,
            this,
            options ?? new SecretStreamOptions { KeepAlive = TimeSpan.Zero },
            time ?? TimeProvider.System,
            random);

    public SecretStream Stream { get; }

    public List<byte[]> Messages { get; } = [];

    public int OpenCount { get; private set; }

    public int DrainCount { get; private set; }

    public int OutputCount { get; private set; }

    /// <summary>Everything that was taken from the output.</summary>
    public List<byte> Sent { get; } = [];

    public void OnOpen(SecretStream stream) => OpenCount++;

    public void OnMessage(SecretStream stream, ReadOnlyMemory<byte> message) => Messages.Add(message.ToArray());

    public void OnOutput(SecretStream stream) => OutputCount++;

    public void OnDrain(SecretStream stream) => DrainCount++;

    public void Dispose() => Stream.Dispose();

    /// <summary>Takes all output.</summary>
    public byte[] TakeOutput(int pieceSize = int.MaxValue)
    {
        List<byte> taken = [];
        while (Stream.TryReadOutput(out ReadOnlyMemory<byte> bytes))
        {
            int count = Math.Min(pieceSize, bytes.Length);
            taken.AddRange(bytes.Span[..count]);
            Stream.AdvanceOutput(count);
        }

        Sent.AddRange(taken);
        return [.. taken];
    }

    /// <summary>Carries bytes both ways until nothing is left.</summary>
    public void Exchange(StreamEnd other)
    {
        while (true)
        {
            byte[] mine = TakeOutput();
            byte[] theirs = other.TakeOutput();
            if (mine.Length == 0 && theirs.Length == 0)
                return;
            other.Stream.Receive(mine);
            Stream.Receive(theirs);
        }
    }
}
