namespace Samtala.Interop.Peer;

/// <summary>The content of block i: the same bytes as <c>lib.block</c> of interop/hyper.</summary>
internal static class TestBlock
{
    public static byte[] Make(int index, int size)
    {
        var block = new byte[size];
        var x = unchecked((uint)(index * 2654435761L));
        for (var i = 0; i < size; i++)
        {
            x = unchecked((x * 1664525) + 1013904223);
            block[i] = (byte)(x >> 24);
        }

        return block;
    }
}
