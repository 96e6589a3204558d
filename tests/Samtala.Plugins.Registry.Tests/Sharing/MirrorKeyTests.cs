using System.Text;
using Samtala.Plugins.Registry.Sharing;

namespace Samtala.Plugins.Registry.Tests.Sharing;

public sealed class MirrorKeyTests
{
    [Fact]
    public void Sortable_versions_sort_as_versions_do()
    {
        string[] ordered =
        [
            "latest", "0.0.1-0", "0.0.1", "0.9.0", "0.10.0", "1.0.0-0", "1.0.0-2", "1.0.0-10", "1.0.0-alpha",
            "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-alpha-1", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "10.0.0", "20260101.0.0",
        ];
        var sorted = ordered.Select(SortableVersion.Of).Order(StringComparer.Ordinal);
        Assert.Equal(ordered.Select(SortableVersion.Of), sorted);
        Assert.Equal(ordered.Length, ordered.Select(SortableVersion.Of).Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(SortableVersion.Of("1.0.0+a"), SortableVersion.Of("1.0.0+b"));
        Assert.DoesNotContain('\0', SortableVersion.Of("1.0.0-a.b.c+d"));
    }

    [Theory]
    [InlineData("npm/d/ms", "p|n|ms")]
    [InlineData("npm/d/@s/a", "p|n|@s/a")]
    [InlineData("nuget/d/a.b", "p|u|a.b")]
    [InlineData("nuget/r/a.b/page/1.0.0/2.0.0.json", "p|u|a.b|registration/page/1.0.0/2.0.0.json")]
    [InlineData("npm/f/ms!ms-2.1.3.tgz", "v|n|ms|b2b1b3b0~")]
    [InlineData("npm/f/@s/a!a-1.0.0-rc.1.tgz", "v|n|@s/a|b1b0b0b0-1rc\u00010b1\u0001")]
    [InlineData("npm/f/ms!odd.tgz", "v|n|ms|!odd.tgz")]
    [InlineData("nuget/f/a.b!a.b.1.2.3.4.nupkg", "v|u|a.b|b1b2b3b4~")]
    public void A_record_has_one_key_and_a_key_one_record(string record, string readable)
    {
        var expected = readable.Replace('|', '\0');
        var key = MirrorKeys.OfRecord(record)!;
        Assert.Equal(expected, Encoding.UTF8.GetString(key));
        var back = key[0] == 'p' ? MirrorKeys.ReadDocument(key)
            : MirrorKeys.ReadFile(key, record[(record.IndexOf('!', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(record, back);
    }

    [Theory]
    [InlineData("counters/npm")]
    [InlineData("up/npm")]
    [InlineData("share")]
    [InlineData("nuget/service")]
    public void Other_records_are_not_published(string record) => Assert.Null(MirrorKeys.OfRecord(record));
}
