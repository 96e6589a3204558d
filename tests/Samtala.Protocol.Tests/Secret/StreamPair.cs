using System.Security.Cryptography;
using Samtala.Crypto;

namespace Samtala.Protocol.Tests.Secret;

/// <summary>Two ends of one stream whose handshake is done.</summary>
internal sealed class StreamPair : IDisposable
{
    public StreamPair(SecretStreamOptions? options = null, TimeProvider? time = null)
    {
        byte[] first = RandomNumberGenerator.GetBytes(32);
        byte[] second = RandomNumberGenerator.GetBytes(32);
        byte[] hash = RandomNumberGenerator.GetBytes(64);
        RandomNumberGenerator random = RandomNumberGenerator.Create();
        Left = new StreamEnd(new NoiseKeys(first, second, hash, true, default(PublicKey)), random, options, time);
        Right = new StreamEnd(new NoiseKeys(second, first, hash, false, default(PublicKey)), random, options, time);
        Left.Stream.Start();
        Right.Stream.Start();
    }

    public StreamEnd Left { get; }

    public StreamEnd Right { get; }

    /// <summary>A pair whose headers were exchanged.</summary>
    public static StreamPair Ready(SecretStreamOptions? options = null, TimeProvider? time = null)
    {
        StreamPair pair = new(options, time);
        pair.Left.Exchange(pair.Right);
        return pair;
    }

    public void Dispose()
    {
        Left.Dispose();
        Right.Dispose();
    }
}
