using System.Text;
using Grpc.Core;
using Samtala.Abstractions;
using Samtala.Hello.V1;
using Samtala.Plugins.Hello;

namespace Samtala.Testing.Tests;

/// <summary>The sample plugin, by reference and by bytes: what a plugin author's own tests look like.</summary>
public sealed class HelloTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LoopbackKind.Direct)]
    [InlineData(LoopbackKind.Serialising)]
    public async Task A_greeting_is_counted_and_survives_a_restart(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback);
        var client = new GreetingService.GreetingServiceClient(harness.Invoker);
        var first = await client.GreetAsync(new GreetRequest { Person = "Ada" }, cancellationToken: Token);
        Assert.Equal("Hej, Ada!", first.Text);
        Assert.Equal(1, first.Count);

        await harness.RestartAsync(Token);
        var second = await client.GreetAsync(
            new GreetRequest { Person = "Ada", Manner = Manner.Formal }, cancellationToken: Token);
        Assert.Equal("Good day, Ada!", second.Text);
        Assert.Equal(2, second.Count);
        var list = await client.ListGreetingsAsync(new ListGreetingsRequest(), cancellationToken: Token);
        Assert.Equal(["Ada"], list.Greetings.Select(g => g.Person));
    }

    [Theory]
    [InlineData(LoopbackKind.Direct)]
    [InlineData(LoopbackKind.Serialising)]
    public async Task Everybody_is_listed_page_by_page(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback);
        var client = new GreetingService.GreetingServiceClient(harness.Invoker);
        foreach (var person in new[] { "Cleo", "Ada", "Bo" })
            await client.GreetAsync(new GreetRequest { Person = person }, cancellationToken: Token);

        var first = await client.ListGreetingsAsync(new ListGreetingsRequest { PageSize = 2 },
            cancellationToken: Token);
        Assert.Equal(["Ada", "Bo"], first.Greetings.Select(g => g.Person));
        var rest = await client.ListGreetingsAsync(
            new ListGreetingsRequest { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Token);
        Assert.Equal(["Cleo"], rest.Greetings.Select(g => g.Person));
        Assert.Equal("", rest.NextPageToken);
    }

    [Theory]
    [InlineData(LoopbackKind.Direct)]
    [InlineData(LoopbackKind.Serialising)]
    public async Task The_page_lists_everybody_and_the_count_is_published(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback);
        var client = new GreetingService.GreetingServiceClient(harness.Invoker);
        await client.GreetAsync(new GreetRequest { Person = "Ada" }, cancellationToken: Token);

        var page = await harness.GetAsync("/hello/", Token);
        Assert.Equal(200, page.Status);
        Assert.Equal("Ada: 1\n", Encoding.UTF8.GetString(await harness.ReadAsync(page.Content, Token)));
        Assert.Equal(404, (await harness.GetAsync("/hello/nothing", Token)).Status);
        var count = Assert.Single((await harness.Kernel.Answers.FindAsync("/hello/count", Token))!.Answers);
        Assert.Equal("people-1", count.Etag);
        Assert.Equal("1 people were greeted.\n", Encoding.UTF8.GetString(((Content.Inline)count.Content).Bytes.Span));
    }

    [Theory]
    [InlineData(LoopbackKind.Direct)]
    [InlineData(LoopbackKind.Serialising)]
    public async Task Whoever_watches_is_told(LoopbackKind loopback)
    {
        await using var harness = await StartAsync(loopback);
        var client = new GreetingService.GreetingServiceClient(harness.Invoker);
        using var watch = client.WatchGreetings(new WatchGreetingsRequest(), cancellationToken: Token);
        var told = watch.ResponseStream.MoveNext(Token);
        var greeted = 0;
        while (!told.IsCompleted)
        {
            await client.GreetAsync(new GreetRequest { Person = "Ada" }, cancellationToken: Token);
            greeted++;
        }

        Assert.True(await told);
        Assert.InRange(watch.ResponseStream.Current.Count, 1, greeted);
    }

    [Fact]
    public async Task A_person_without_a_name_is_not_greeted()
    {
        await using var harness = await StartAsync(LoopbackKind.Direct);
        var client = new GreetingService.GreetingServiceClient(harness.Invoker);
        var e = await Assert.ThrowsAsync<RpcException>(
            async () => await client.GreetAsync(new GreetRequest(), cancellationToken: Token));
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
    }

    [Theory]
    [InlineData(LoopbackKind.Direct)]
    [InlineData(LoopbackKind.Serialising)]
    public async Task Without_its_grants_it_does_not_start_and_the_error_names_the_grant(LoopbackKind loopback)
    {
        var e = await Assert.ThrowsAsync<GrantMissingException>(() => PluginHarness.StartAsync<HelloPlugin>(
            new PluginHarnessOptions { Loopback = loopback, Grants = ["answers"] }, Token));
        Assert.Equal(("hello", "state"), (e.PluginId, e.Grant));
    }

    private static Task<PluginHarness> StartAsync(LoopbackKind loopback) => PluginHarness.StartAsync<HelloPlugin>(
        new PluginHarnessOptions { Loopback = loopback }, Token);
}
