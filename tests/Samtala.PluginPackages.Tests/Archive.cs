using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Samtala.PluginPackages.Tests;

/// <summary>Makes .nupkg files, whole ones and hostile ones.</summary>
internal sealed class Archive
{
    public const string Manifest = """
        { "id": "hello", "version": "1.0.0", "sdk": ">=1.0 <2.0", "assembly": "Hello.dll" }
        """;

    private readonly List<Action<ZipArchive>> _steps = [];
    private Func<byte[], byte[]> _damage = bytes => bytes;

    /// <summary>A plugin with nothing wrong.</summary>
    public static Archive Whole() => new Archive().Add("plugin.json", Manifest).Add("Hello.dll", "MZ");

    public Archive Add(string name, string content) => Add(name, Encoding.UTF8.GetBytes(content));

    public Archive Add(string name, byte[] content, CompressionLevel level = CompressionLevel.Fastest)
    {
        _steps.Add(zip =>
        {
            using var stream = zip.CreateEntry(name, level).Open();
            stream.Write(content);
        });
        return this;
    }

    /// <summary>Zeros: they pack a thousand times.</summary>
    public Archive AddZeros(string name, long length)
    {
        _steps.Add(zip =>
        {
            using var stream = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open();
            var zeros = new byte[64 * 1024];
            for (var left = length; left > 0; left -= zeros.Length)
                stream.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
        });
        return this;
    }

    /// <summary>An entry of a Unix type: 0xA link, 0x6 and 0x2 devices, 0x1 pipe, 0xC socket.</summary>
    public Archive AddSpecial(string name, int type, string content)
    {
        _steps.Add(zip =>
        {
            var entry = zip.CreateEntry(name);
            entry.ExternalAttributes = (type << 28) | (0x1ff << 16);
            using var stream = entry.Open();
            stream.Write(Encoding.UTF8.GetBytes(content));
        });
        return this;
    }

    public Archive Damage(Func<byte[], byte[]> damage)
    {
        _damage = damage;
        return this;
    }

    /// <summary>Writes over a field of every central directory record and local header of one name.</summary>
    public Archive Lie(string name, int centralOffset, int localOffset, uint value) => Damage(bytes =>
    {
        var text = Encoding.UTF8.GetBytes(name);
        for (var i = 0; i < bytes.Length - 46 - text.Length; i++)
        {
            if (bytes.AsSpan(i).StartsWith("PK\x01\x02"u8) && bytes.AsSpan(i + 46).StartsWith(text))
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i + centralOffset), value);
            if (bytes.AsSpan(i).StartsWith("PK\x03\x04"u8) && bytes.AsSpan(i + 30).StartsWith(text))
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i + localOffset), value);
        }

        return bytes;
    });

    public string WriteTo(string folder)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            _steps.ForEach(step => step(zip));
        var path = Path.Combine(folder, "hello.nupkg");
        File.WriteAllBytes(path, _damage(memory.ToArray()));
        return path;
    }
}
