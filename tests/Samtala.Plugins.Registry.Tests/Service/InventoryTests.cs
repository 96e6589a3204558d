using Samtala.Abstractions;
using Samtala.Plugins.Registry.Tests.World;

namespace Samtala.Plugins.Registry.Tests.Service;

public sealed class InventoryTests
{
    [Fact]
    public async Task Packages_are_listed_in_pages_with_their_files()
    {
        await using MirrorWorld world = new();
        foreach (var name in new[] { "b", "@s/a", "c" })
        {
            world.Upstream.AddNpm(name, "1.0.0");
            await world.GetAsync($"/registry/npm/{name.Replace("/", "%2f", StringComparison.Ordinal)}");
        }

        await world.GetAsync("/registry/npm/b/-/b-1.0.0.tgz");
        Inventory inventory = new(world.Node, world.Mirrors, world.Time);
        var (first, next) = await inventory.ListAsync("npm", "", "", 2, TestContext.Current.CancellationToken);
        var (second, end) = await inventory.ListAsync("npm", "", next, 2, TestContext.Current.CancellationToken);

        Assert.Equal(["@s/a", "b"], first.Select(p => p.Package_));
        Assert.Equal(["c"], second.Select(p => p.Package_));
        Assert.Equal("", end);
        var file = Assert.Single(first[1].Files);
        Assert.Equal(("b-1.0.0.tgz", (long)NpmPackages.Bytes("b", "1.0.0").Length), (file.File, file.Size));
    }

    [Fact]
    public async Task A_damaged_file_is_found_forgotten_and_fetched_again()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("ms", "1.0.0", "2.0.0");
        await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        await world.GetAsync("/registry/npm/ms/-/ms-2.0.0.tgz");
        var answer = world.Node.Published.Single(a => a.Path.EndsWith("ms-1.0.0.tgz", StringComparison.Ordinal));
        world.Node.Damage(((Content.OfBlob)answer.Content).Id);
        Inventory inventory = new(world.Node, world.Mirrors, world.Time);

        var last = await inventory.VerifyAsync(["npm", "nuget"], TestContext.Current.CancellationToken).LastAsync();

        Assert.True(last.Done);
        Assert.Equal((2, 1), (last.Files, last.Damaged));
        Assert.Equal(["npm ms ms-1.0.0.tgz"], last.DamagedFiles);
        var healed = await world.GetAsync("/registry/npm/ms/-/ms-1.0.0.tgz");
        Assert.Equal(NpmPackages.Bytes("ms", "1.0.0"), healed.Body);
        Assert.Equal(2, world.Upstream.Asked["/npm/ms/-/ms-1.0.0.tgz"]);
    }

    [Fact]
    public async Task A_forgotten_package_leaves_nothing_behind()
    {
        await using MirrorWorld world = new();
        world.Upstream.AddNpm("@s/a", "1.0.0");
        await world.GetAsync("/registry/npm/@s%2fa");
        await world.GetAsync("/registry/npm/@s/a/-/a-1.0.0.tgz");
        Inventory inventory = new(world.Node, world.Mirrors, world.Time);

        Assert.Equal(1, await inventory.ForgetAsync("npm", "@s/a", TestContext.Current.CancellationToken));
        Assert.Null(await inventory.ForgetAsync("npm", "@s/a", TestContext.Current.CancellationToken));
        Assert.Empty(world.Node.Kept);
        Assert.Empty(world.Node.Published);
    }
}
