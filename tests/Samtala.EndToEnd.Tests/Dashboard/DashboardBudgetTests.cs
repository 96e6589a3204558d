using System.IO.Compression;

namespace Samtala.EndToEnd.Tests.Dashboard;

/// <summary>How many bytes a browser fetches, compressed.</summary>
public sealed class DashboardBudgetTests
{
    private const int ShellMax = 150_000;
    private const int PageMax = 100_000;

    [Fact]
    public void The_shell_is_at_most_150_kB()
    {
        var folder = Path.Combine(Path.GetDirectoryName(Checkout.Node)!, "wwwroot");
        Require(Directory.Exists(folder));
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

        var sizes = files.ToDictionary(file => Path.GetRelativePath(folder, file), Compressed);

        TestContext.Current.TestOutputHelper?.WriteLine($"{sizes.Values.Sum()} B: {string.Join(", ", sizes)}");
        Assert.InRange(sizes.Values.Sum(), 1, ShellMax);
    }

    [Fact]
    public void Each_plugins_page_is_at_most_100_kB()
    {
        var plugins = Checkout.At("artifacts/plugins");
        Require(Directory.Exists(plugins));
        var modules = Directory.GetFiles(plugins, "*.js", SearchOption.AllDirectories);
        Require(modules.Length > 0);

        Assert.All(modules, module =>
        {
            var size = Compressed(module);
            TestContext.Current.TestOutputHelper?.WriteLine($"{Path.GetFileName(module)} {size} B");
            Assert.InRange(size, 1, PageMax);
        });
    }

    private static long Compressed(string file)
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(File.ReadAllBytes(file));
        return target.Length;
    }

    private static void Require(bool built)
    {
        const string Reason = "The dashboard is not built: install Node.js 18 or later, then dotnet build -c Release";
        Assert.SkipWhen(!built && !Checkout.IsCi, Reason);
        Assert.True(built, Reason);
    }
}
