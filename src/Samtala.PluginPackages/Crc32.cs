namespace Samtala.PluginPackages;

/// <summary>The checksum of zip files. It finds damage and lies about lengths; it is no protection against
/// forgers.</summary>
internal sealed class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(i => Round((uint)i))];
    private uint _value = 0xffffffff;

    public uint Value => ~_value;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            _value = s_table[(byte)(_value ^ b)] ^ (_value >> 8);
    }

    private static uint Round(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? (value >> 1) ^ 0xedb88320 : value >> 1;
        return value;
    }
}
