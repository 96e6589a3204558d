using Samtala.Abstractions;
using Samtala.Plugins.Registry.Sharing;

namespace Samtala.Plugins.Registry.Tests.Sharing;

public sealed class CborTests
{
    private static readonly byte[] s_id = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void An_entry_is_the_one_right_encoding()
    {
        DigestEntry entry = new(new BlobId(s_id), 1_000_000, "npm/f/ms!ms-2.1.3.tgz");
        Assert.Equal(
            "a3"
            + "64626c6f62" + "5820" + Convert.ToHexStringLower(s_id)
            + "666c656e677468" + "1a000f4240"
            + "667265636f7264" + "756e706d2f662f6d73216d732d322e312e332e74677a",
            Convert.ToHexStringLower(entry.Write()));
    }

    [Fact]
    public void Entries_come_back_as_they_were_written()
    {
        Digest sha1 = new(DigestAlgorithm.Sha1, new byte[20]);
        Digest sha256 = new(DigestAlgorithm.Sha256, s_id);
        Digest sha512 = new(DigestAlgorithm.Sha512, new byte[64]);
        FileEntry file = new(new BlobId(s_id), 70_000, sha512, sha256, sha1, "å-1.tgz", "1", 1_900_000_000_000);
        DocumentEntry document = new(new BlobId(s_id), 23, sha256, 0);

        Assert.True(FileEntry.TryRead(file.Write(), out var fileBack));
        Assert.Equal(file, fileBack);
        Assert.True(DocumentEntry.TryRead(document.Write(), out var documentBack));
        Assert.Equal(document, documentBack);
        Assert.False(FileEntry.TryRead(document.Write(), out _));
        Assert.False(DocumentEntry.TryRead([.. document.Write(), 0], out _));
    }

    [Theory]
    [InlineData("a0", true)]
    [InlineData("a161610a", true)]
    [InlineData("a1616118ff", true)]
    [InlineData("a161611817", false)] // longer than it needs to be
    [InlineData("a16161190001", false)]
    [InlineData("a261620061610a", false)] // keys out of order
    [InlineData("a261610061610a", false)] // one key twice
    [InlineData("bf6161" + "0aff", false)] // no length
    [InlineData("a161615bffffffffffffffff", false)]
    [InlineData("a16161c000", false)] // a tag
    [InlineData("a1616120", false)] // a negative number
    [InlineData("a16162", false)]
    [InlineData("a162c3280a", false)] // no UTF-8
    [InlineData("bb0000000100000000", false)]
    [InlineData("a261618161006162a0", true)] // a list and a map are passed over
    [InlineData("a1616181818181818181818181", false)] // too deep
    public void Only_one_encoding_is_read(string hex, bool isRead) =>
        Assert.Equal(isRead, CborReader.TryReadMap(Convert.FromHexString(hex), out _));

    [Fact]
    public void Unknown_fields_are_passed_over()
    {
        Assert.True(CborReader.TryReadMap(
            Convert.FromHexString("a3616101616283010203616340"), out var fields));
        Assert.Equal(1UL, fields["a"]);
        Assert.False(fields.ContainsKey("b"));
        Assert.Empty((byte[])fields["c"]);
    }

    [Fact]
    public void No_strangers_bytes_throw()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"SAMTALA_SEED={seed}");
        Random random = new(seed);
        var good = new DigestEntry(new BlobId(s_id), 7, "x").Write();
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = i % 2 == 0 ? new byte[random.Next(64)] : [.. good];
            if (i % 2 == 0)
                random.NextBytes(bytes);
            else
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            CborReader.TryReadMap(bytes, out _);
            DigestEntry.TryRead(bytes, out _);
            FileEntry.TryRead(bytes, out _);
            DocumentEntry.TryRead(bytes, out _);
        }
    }
}
