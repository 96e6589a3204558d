namespace Samtala.Hypercore.Bees;

/// <summary>A block of a batch before it is written.</summary>
/// <param name="Seq">Its number in the log.</param>
/// <param name="Key">The whole key.</param>
/// <param name="Value">Null when the key is taken away or has none.</param>
/// <param name="Places">The nodes it holds; the first is the root.</param>
internal sealed record BeePending(
    ulong Seq, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value, List<BeeChild?> Places)
{
    private const byte IndexPrefix = 0x0a;
    private const byte KeyPrefix = 0x12;
    private const byte ValuePrefix = 0x1a;
    private const byte LevelPrefix = 0x0a;
    private const byte KeysPrefix = 0x0a;
    private const byte ChildrenPrefix = 0x12;

    /// <summary>Leaves out the root and every node that a later block of the batch holds in a newer form.</summary>
    /// <remarks>The gaps are filled from the end, as the reference does, so that the bytes are the same.</remarks>
    public void LeaveOutWhatIsNewerElsewhere()
    {
        Places[0] = null;
        int at = 0;
        while (at < Places.Count)
        {
            if (Places[at] is { } child && child.Seq == Seq)
            {
                child.Offset = at++;
                continue;
            }

            Places[at] = Places[^1];
            Places.RemoveAt(Places.Count - 1);
        }
    }

    public byte[] Encode()
    {
        int indexSize = 0;
        foreach (BeeChild? place in Places)
            indexSize += ProtobufWriter.SizeOfBytes(SizeOf(place!.Node!));
        int size = ProtobufWriter.SizeOfBytes(indexSize) + ProtobufWriter.SizeOfBytes(Key.Length)
            + (Value is { } counted ? ProtobufWriter.SizeOfBytes(counted.Length) : 0);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(size);
        ProtobufWriter writer = new(bytes);
        writer.WriteByte(IndexPrefix);
        writer.WriteVarint((ulong)indexSize);
        foreach (BeeChild? place in Places)
            Write(ref writer, place!.Node!);
        writer.WriteBytes(KeyPrefix, Key.Span);
        if (Value is { } value)
            writer.WriteBytes(ValuePrefix, value.Span);
        return bytes;
    }

    private static int SizeOf(BeeNode node)
    {
        int keys = SizeOfKeys(node);
        int children = SizeOfChildren(node);
        return (keys == 0 ? 0 : ProtobufWriter.SizeOfBytes(keys))
            + (children == 0 ? 0 : ProtobufWriter.SizeOfBytes(children));
    }

    private static int SizeOfKeys(BeeNode node)
    {
        int size = 0;
        foreach (BeeKey key in node.Keys)
            size += ProtobufWriter.SizeOfVarint(key.Seq);
        return size;
    }

    private static int SizeOfChildren(BeeNode node)
    {
        int size = 0;
        foreach (BeeChild child in node.Children)
            size += ProtobufWriter.SizeOfVarint(child.Seq) + ProtobufWriter.SizeOfVarint((ulong)child.Offset);
        return size;
    }

    private static void Write(ref ProtobufWriter writer, BeeNode node)
    {
        writer.WriteByte(LevelPrefix);
        writer.WriteVarint((ulong)SizeOf(node));
        int keys = SizeOfKeys(node);
        if (keys > 0)
        {
            writer.WriteByte(KeysPrefix);
            writer.WriteVarint((ulong)keys);
            foreach (BeeKey key in node.Keys)
                writer.WriteVarint(key.Seq);
        }

        int children = SizeOfChildren(node);
        if (children == 0)
            return;
        writer.WriteByte(ChildrenPrefix);
        writer.WriteVarint((ulong)children);
        foreach (BeeChild child in node.Children)
        {
            writer.WriteVarint(child.Seq);
            writer.WriteVarint((ulong)child.Offset);
        }
    }
}
