using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Encodings.Tests;

public sealed class FlatTreeVectorTests
{
    [Fact]
    public void Every_node_and_every_set_of_roots_is_that_of_the_reference() =>
        VectorFile.ForEachCase("flat-tree.json", item =>
        {
            switch (item.Text("op"))
            {
                case "fullRoots":
                    CheckRoots(item);
                    break;
                case "node":
                    CheckNode(item);
                    break;
                default:
                    Assert.Fail($"Unknown kind of case: {item.Text("op")}");
                    break;
            }
        });

    [Fact]
    public void Too_little_room_for_the_roots_is_refused() =>
        Assert.Throws<ArgumentException>(() => FlatTree.FullRoots(7, new ulong[2]));

    private static void CheckRoots(JsonElement item)
    {
        ulong[] roots = new ulong[64];
        int count = FlatTree.FullRoots(Number(item, "blocks"), roots);
        Assert.Equal(item.GetProperty("roots").EnumerateArray().Select(Number), roots.Take(count));
    }

    private static void CheckNode(JsonElement item)
    {
        ulong index = Number(item, "index");
        Assert.Equal(Number(item, "depth"), (ulong)FlatTree.Depth(index));
        Assert.Equal(Number(item, "offset"), FlatTree.Offset(index));
        Assert.Equal(index, FlatTree.Index(FlatTree.Depth(index), FlatTree.Offset(index)));
        Assert.Equal(Number(item, "parent"), FlatTree.Parent(index));
        Assert.Equal(Number(item, "sibling"), FlatTree.Sibling(index));
        Assert.Equal(Number(item, "leftSpan"), FlatTree.LeftSpan(index));
        Assert.Equal(Number(item, "rightSpan"), FlatTree.RightSpan(index));
        Assert.Equal(Number(item, "countNodes"), FlatTree.CountNodes(index));
        Assert.Equal(Number(item, "countLeaves"), FlatTree.CountLeaves(index));
        bool hasChildren = FlatTree.TryGetChildren(index, out ulong left, out ulong right);
        JsonElement children = item.GetProperty("children");
        Assert.Equal(children.ValueKind == JsonValueKind.Array, hasChildren);
        if (hasChildren)
            Assert.Equal(children.EnumerateArray().Select(Number), [left, right]);
    }

    private static ulong Number(JsonElement item, string name) => Number(item.GetProperty(name));

    private static ulong Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? ulong.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture)
        : value.GetUInt64();
}
