using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Samtala.PluginPackages.Tests;

/// <summary>More than fifty packages that want to write elsewhere, fill the disk, or be something they are
/// not.</summary>
public sealed class HostileArchiveTests
{
    private static readonly string[] s_paths =
    [
        "../evil", "../../evil", "a/../../evil", "a/..", "./evil", "a/./b", "..", ".", "/etc/passwd", "//server/share",
        "C:/evil", "c:evil", "\\evil", "..\\evil", "a\\..\\..\\evil", "\\\\server\\share", "a//b", "a/ /b", " a", "a.",
        "a ", "a/b.", "CON", "con.txt", "a/NUL", "a/nul.dll", "COM1", "lpt9.log", "AUX", "a\u0000b", "a\nb",
            "a\u001b[2Jb",
        "a:b", "a:stream", "a*b", "a?b", "a\"b", "a<b", "a>b", "a|b", "~a/../../x", "a/b/c/d/e/f/g/h/i", "...",
            "a/.../b",
    ];

    public static TheoryData<string> Paths => [.. s_paths];

    public static TheoryData<string> Kinds =>
        [.. Hostile().Select(h => h.Name).Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_that_leads_elsewhere_is_refused(string path) =>
        await RefusedAsync(Archive.Whole().Add(path, "x"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_hostile_package_is_refused(string kind) =>
        await RefusedAsync(Hostile().Single(h => h.Name == kind).Archive);

    [Fact]
    public async Task A_whole_package_is_unpacked_as_it_is()
    {
        using var folder = new ScratchFolder();
        var path = Archive.Whole().Add("ui/hello.js", "x").Add("[Content_Types].xml", "x").Add("_rels/.rels", "x")
            .Add("hello.nuspec", "x").AddZeros("small-but-zero.bin", 60_000).WriteTo(folder.Path);
        using (var package = await PluginPackage.OpenAsync(path, TestContext.Current.CancellationToken))
        {
            Assert.Equal("hello", package.Manifest.Id);
            await package.UnpackAsync(folder.At("out/1.0.0"), TestContext.Current.CancellationToken);
            // Again, over what is there.
            await package.UnpackAsync(folder.At("out/1.0.0"), TestContext.Current.CancellationToken);
        }

        var files = Directory.EnumerateFiles(folder.At("out"), "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder.At("out"), f)).Order(StringComparer.Ordinal);
        Assert.Equal(["1.0.0/Hello.dll", "1.0.0/plugin.json", "1.0.0/small-but-zero.bin", "1.0.0/ui/hello.js"], files);
    }

    [Fact]
    public async Task A_folder_is_a_package_too_but_its_links_are_not_followed()
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder.At("p/sub"));
        await File.WriteAllTextAsync(folder.At("p/plugin.json"), Archive.Manifest,
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.At("p/Hello.dll"), "MZ", TestContext.Current.CancellationToken);
        using (var package = await PluginPackage.OpenAsync(folder.At("p"), TestContext.Current.CancellationToken))
            await package.UnpackAsync(folder.At("out"), TestContext.Current.CancellationToken);
        Assert.True(File.Exists(folder.At("out/Hello.dll")));

        File.CreateSymbolicLink(folder.At("p/sub/link"), "/etc/passwd");
        await Assert.ThrowsAsync<PluginException>(
            () => PluginPackage.OpenAsync(folder.At("p"), TestContext.Current.CancellationToken));
        File.Delete(folder.At("p/sub/link"));
        Directory.CreateSymbolicLink(folder.At("p/sub/link"), "/etc");
        await Assert.ThrowsAsync<PluginException>(
            () => PluginPackage.OpenAsync(folder.At("p"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pipe_in_a_folder_is_refused_and_an_empty_file_is_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Folders there hold no pipes.");
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder.At("p"));
        await File.WriteAllTextAsync(folder.At("p/plugin.json"), Archive.Manifest,
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.At("p/Hello.dll"), "MZ", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder.At("p/empty"), [], TestContext.Current.CancellationToken);
        using (var package = await PluginPackage.OpenAsync(folder.At("p"), TestContext.Current.CancellationToken))
            await package.UnpackAsync(folder.At("a/b/out"), TestContext.Current.CancellationToken);
        Assert.Equal(0, new FileInfo(folder.At("a/b/out/empty")).Length);

        using (var make = System.Diagnostics.Process.Start("mkfifo", [folder.At("p/pipe")]))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<PluginException>(
            () => PluginPackage.OpenAsync(folder.At("p"), TestContext.Current.CancellationToken));
        Assert.Contains("neither file nor folder (pipe)", e.Message, StringComparison.Ordinal);

        File.Delete(folder.At("p/pipe"));
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(folder.At("p/socket")));
        await Assert.ThrowsAsync<PluginException>(
            () => PluginPackage.OpenAsync(folder.At("p"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void There_are_at_least_fifty_of_them() => Assert.True(s_paths.Length + Hostile().Count() >= 50);

    private static IEnumerable<(string Name, Archive Archive)> Hostile()
    {
        yield return ("no plugin.json", new Archive().Add("Hello.dll", "MZ"));
        yield return ("plugin.json in a folder", new Archive().Add("a/plugin.json", Archive.Manifest)
            .Add("Hello.dll", "MZ"));
        yield return ("no assembly", new Archive().Add("plugin.json", Archive.Manifest));
        yield return ("plugin.json twice", Archive.Whole().Add("plugin.json", Archive.Manifest));
        yield return ("same name in another case", Archive.Whole().Add("hello.DLL", "MZ"));
        yield return ("file and folder", Archive.Whole().Add("a", "x").Add("a/b", "x"));
        yield return ("folder and file", Archive.Whole().Add("a/b", "x").Add("A", "x"));
        yield return ("symbolic link", Archive.Whole().AddSpecial("link", 0xA, "/etc/passwd"));
        yield return ("symbolic link out", Archive.Whole().AddSpecial("ui", 0xA, "../..").Add("ui2/x", "x"));
        yield return ("block device", Archive.Whole().AddSpecial("disk", 0x6, ""));
        yield return ("character device", Archive.Whole().AddSpecial("zero", 0x2, ""));
        yield return ("pipe", Archive.Whole().AddSpecial("pipe", 0x1, ""));
        yield return ("socket", Archive.Whole().AddSpecial("socket", 0xC, ""));
        yield return ("bomb of one file", Archive.Whole().AddZeros("zeros", 30_000_000));
        yield return ("bomb just over the ratio", Archive.Whole().AddZeros("zeros", 70_000));
        yield return ("bomb in plugin.json", new Archive().AddZeros("plugin.json", 10_000_000).Add("Hello.dll", "MZ"));
        yield return ("plugin.json too long", new Archive().Add("plugin.json", Noise(70_000)).Add("Hello.dll", "MZ"));
        yield return ("too many files", Many(PackageLimits.EntriesMax + 1));
        yield return ("too long a directory", Many(12_000));
        yield return ("too long a path", Archive.Whole().Add(new string('a', PackageLimits.PathSizeMax + 1), "x"));
        yield return ("says it is short", Archive.Whole().Add("big", Noise(100_000)).Lie("big", 24, 22, 10));
        yield return ("says it is long", Archive.Whole().Add("big", Noise(1000)).Lie("big", 24, 22, 60_000));
        yield return ("says it is 4 GiB", Archive.Whole().Add("big", Noise(1000)).Lie("big", 24, 22, 0xfffffffe));
        yield return ("encrypted", Archive.Whole().Add("big", Noise(1000)).Lie("big", 8, 6, 0x0008_0001));
        yield return ("unknown packing", Archive.Whole().Add("big", Noise(1000)).Lie("big", 8, 6, 0x0063_0000));
        yield return ("cut in half", Archive.Whole().Damage(b => b[..(b.Length / 2)]));
        yield return ("without its end", Archive.Whole().Damage(b => b[..^10]));
        yield return ("empty", Archive.Whole().Damage(_ => []));
        yield return ("noise", Archive.Whole().Damage(_ => Noise(5000)));
        yield return ("end record only", Archive.Whole().Damage(b => b[^22..]));
        yield return ("directory before the file", Archive.Whole().Damage(b => Patch(b, b.Length - 6, 0xfffffff0)));
        yield return ("directory elsewhere", Archive.Whole().Damage(b => Patch(b, b.Length - 6, 3)));
        yield return ("second disk", Archive.Whole().Damage(b => Patch(b, b.Length - 18, 1)));
        yield return ("packed bytes damaged", Archive.Whole().Add("big", Noise(50_000))
            .Damage(b => Scramble(b, "big")));
        yield return ("not JSON", new Archive().Add("plugin.json", "no").Add("Hello.dll", "MZ"));
        yield return ("assembly elsewhere", new Archive()
            .Add("plugin.json", Archive.Manifest.Replace("Hello.dll", "../Hello.dll", StringComparison.Ordinal))
                .Add("Hello.dll", "MZ"));
    }

    private static Archive Many(int count)
    {
        var archive = Archive.Whole();
        for (var i = 0; i < count; i++)
            archive.Add($"files/file-number-{i:D8}-with-a-longer-name-so-that-the-directory-grows.txt", "");
        return archive;
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Patch(byte[] bytes, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
        return bytes;
    }

    /// <summary>Breaks the packed stream itself, so that unpacking fails halfway.</summary>
    private static byte[] Scramble(byte[] bytes, string name)
    {
        var header = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(name));
        bytes.AsSpan(header + name.Length, 200).Fill(0xff);
        return bytes;
    }

    private static async Task RefusedAsync(Archive archive)
    {
        using var folder = new ScratchFolder();
        var path = archive.WriteTo(folder.Path);
        var before = Snapshot(folder.Path);
        var e = await Assert.ThrowsAsync<PluginException>(async () =>
        {
            using var package = await PluginPackage.OpenAsync(path, TestContext.Current.CancellationToken);
            await package.UnpackAsync(folder.At("plugins/hello/1.0.0"), TestContext.Current.CancellationToken);
        });
        Assert.Equal(PluginFailure.Invalid, e.Failure);
        Assert.StartsWith("SAM02", e.Code, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot(folder.Path));
    }

    private static string[] Snapshot(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{f} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}")];
}

/// <summary>A folder of its own that is gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("samtala-packages-").FullName;

    public string At(string relative) => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
