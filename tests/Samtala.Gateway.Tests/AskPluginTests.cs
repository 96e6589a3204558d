using Samtala.Abstractions;

namespace Samtala.Gateway.Tests;

public sealed class AskPluginTests
{
    private const string Special = "application/special+json";
    private static readonly PublishedAnswer s_general = new("/x/a", new Content.Inline("g"u8.ToArray()));
    private static readonly PublishedAnswer s_ask = new("/x/a", new Content.Inline(default))
    {
        Accept = Special,
        Status = IAnswers.AskPlugin,
    };

    [Fact]
    public void A_variant_that_asks_the_plugin_hides_the_general_one_only_from_who_names_its_type()
    {
        AnswerVariants variants = new("x", [s_general, s_ask]);
        Assert.NotNull(variants.Pick("", "application/json", "gzip"));
        Assert.Null(variants.Pick("", $"{Special}; q=1.0, application/json; q=0.8", "gzip"));
        Assert.Null(new AnswerVariants("x", [s_ask]).Pick("", Special, default));
    }
}
