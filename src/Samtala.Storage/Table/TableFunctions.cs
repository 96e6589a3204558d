using FASTER.core;

namespace Samtala.Storage.Table;

/// <summary>Reads give a copy of the value without the version byte in front of it.</summary>
internal sealed class TableFunctions : SpanByteFunctions<SpanByte, byte[]?, Empty>
{
    public override bool SingleReader(
        ref SpanByte key, ref SpanByte input, ref SpanByte value, ref byte[]? dst, ref ReadInfo readInfo)
    {
        dst = value.AsReadOnlySpan()[1..].ToArray();
        return true;
    }

    public override bool ConcurrentReader(
        ref SpanByte key, ref SpanByte input, ref SpanByte value, ref byte[]? dst, ref ReadInfo readInfo) =>
        SingleReader(ref key, ref input, ref value, ref dst, ref readInfo);
}
