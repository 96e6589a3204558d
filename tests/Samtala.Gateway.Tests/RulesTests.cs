using Samtala.Gateway.Answers;
using Samtala.Gateway.Checks;

namespace Samtala.Gateway.Tests;

public sealed class RulesTests
{
    [Theory]
    [InlineData("*", "state:admin", true)]
    [InlineData("state:admin", "state:write", true)]
    [InlineData("state:write", "state:read", true)]
    [InlineData("state:read", "state:write", false)]
    [InlineData("state:write", "state:admin", false)]
    [InlineData("registry:admin", "registry:publish", true)]
    [InlineData("registry:write", "registry:publish", false)]
    [InlineData("registry:publish", "registry:read", false)]
    [InlineData("state:read", "state:read:a", true)]
    [InlineData("state:read:a", "state:read:a", true)]
    [InlineData("state:read:a", "state:read:b", false)]
    [InlineData("state:read:a", "state:read", false)]
    [InlineData("stat:read", "state:read", false)]
    [InlineData("state", "state:read", false)]
    [InlineData("", "state:read", false)]
    [InlineData("state:admin", "*", false)]
    [InlineData("*", "*", true)]
    public void A_scope_allows_what_it_covers(string granted, string required, bool allowed) =>
        Assert.Equal(allowed, ScopeRules.Allows(granted, required));

    [Theory]
    [InlineData("/registry/npm/@scope%2fname", true)]
    [InlineData("/registry/npm/@scope%2Fname/-/x-1.0.0+b~1.tgz", true)]
    [InlineData("/v1/stores/a/keys/50%25off", true)]
    [InlineData("/.well-known/x", true)]
    [InlineData("/a/..b/...c", true)]
    [InlineData("/a/%252e%252e", false)]
    [InlineData("/a/%25%32", false)]
    [InlineData("/a/..%2f", false)]
    [InlineData("/a?x=\u0001", false)]
    public void Only_plain_targets_pass(string target, bool plain) => Assert.Equal(plain, PathRules.IsPlain(target));

    [Theory]
    [InlineData("bytes=0-", 10, 0, 10)]
    [InlineData("bytes=2-4", 10, 2, 3)]
    [InlineData("bytes=2-400", 10, 2, 8)]
    [InlineData("bytes=-3", 10, 7, 3)]
    [InlineData("bytes=-30", 10, 0, 10)]
    public void A_range_is_read(string header, long total, long offset, long length)
    {
        Assert.Equal(ByteRange.Outcome.Part, ByteRange.TryRead(header, total, out var range));
        Assert.Equal(new ByteRange(offset, length), range);
    }

    [Theory]
    [InlineData("bytes=10-", false)]
    [InlineData("bytes=-0", false)]
    [InlineData("bytes=4-2", true)]
    [InlineData("bytes=0-1,3-4", true)]
    [InlineData("bytes=a-b", true)]
    [InlineData("lines=0-1", true)]
    [InlineData("bytes=99999999999999999999-", true)]
    public void Other_ranges_are_left_alone_or_refused(string header, bool whole) =>
        Assert.Equal(
            whole ? ByteRange.Outcome.Whole : ByteRange.Outcome.Unsatisfiable, ByteRange.TryRead(header, 10, out _));
}
