using Samtala.Grpc.Rest;

namespace Samtala.Grpc.Tests.Rest;

public sealed class PathTemplateTests
{
    [Theory]
    [InlineData("/v1/rooms", 2, 0, "")]
    [InlineData("/v1/rooms:watch", 2, 0, "watch")]
    [InlineData("/v1/{name=rooms/*/messages/*}", 5, 1, "")]
    [InlineData("/v1/{name=rooms/*}:pin", 3, 1, "pin")]
    [InlineData("/v1/{parent=a/*}/b/{id}", 5, 2, "")]
    [InlineData("/v1/{name=keys/**}", 3, 1, "")]
    public void A_template_is_read(string text, int segments, int variables, string verb)
    {
        var template = PathTemplate.Parse(text);
        Assert.Equal((segments, variables, verb), (template.Segments.Count, template.Variables.Count, template.Verb));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("v1")]
    [InlineData("/v1//x")]
    [InlineData("/v1/{name")]
    [InlineData("/v1/{=a}")]
    [InlineData("/v1/{name=**}/x")]
    [InlineData("/v1/a*b")]
    public void A_wrong_template_is_refused_with_its_text(string text)
    {
        var error = Assert.Throws<FormatException>(() => PathTemplate.Parse(text));
        Assert.Contains($"\"{text}\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a%20b", false, "a b")]
    [InlineData("%E2%82%AC", false, "€")]
    [InlineData("a%2Fb", false, "a/b")]
    [InlineData("a%2fb", true, "a%2Fb")]
    [InlineData("a+b", false, "a+b")]
    public void An_escape_is_decoded(string text, bool keepSlash, string expected)
    {
        Assert.True(UrlText.TryDecode(text, plusIsSpace: false, keepSlash, out var decoded));
        Assert.Equal(expected, decoded);
    }

    [Theory]
    [InlineData("%")]
    [InlineData("%4")]
    [InlineData("%zz")]
    [InlineData("%00")]
    [InlineData("%FF")]
    [InlineData("%C3%28")]
    public void A_broken_escape_is_refused(string text) => Assert.False(UrlText.TryDecode(text, false, false, out _));
}
