using System.Security.Cryptography;

namespace Samtala.Vectors;

/// <summary>Gives the bytes a vector says, in order.</summary>
internal sealed class ScriptedRandom(params byte[][] pieces) : RandomNumberGenerator
{
    private readonly Queue<byte[]> _pieces = new(pieces);

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        byte[] piece = _pieces.Dequeue();
        Assert.Equal(piece.Length, data.Length);
        piece.CopyTo(data);
    }
}
