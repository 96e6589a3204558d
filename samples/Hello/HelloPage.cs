using System.Text;
using Samtala.Abstractions;

namespace Samtala.Plugins.Hello;

/// <summary>Serves <c>/hello/</c> to people without a dashboard: everybody greeted so far, a line each.</summary>
internal sealed class HelloPage : IRawHandler
{
    private static readonly Header s_text = new("Content-Type", "text/plain; charset=utf-8");
    private readonly Greetings _greetings;

    public HelloPage(Greetings greetings) => _greetings = greetings;

    /// <inheritdoc/>
    public ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request switch
        {
            { Path: not "/hello/" } => Say(404, $"There is nothing at {request.Path}. Try /hello/.\n"),
            { Method: not "GET" } => Say(405, "Only GET is possible here.\n"),
            _ => new RawReply(200, [s_text], new Content.Streamed(LinesAsync())),
        });
    }

    private static RawReply Say(int status, string text) =>
        new(status, [s_text], new Content.Inline(Encoding.UTF8.GetBytes(text)));

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync()
    {
        for (var after = ""; ;)
        {
            var page = await _greetings.ListAsync(after, 100, CancellationToken.None);
            foreach (var greeting in page)
                yield return Encoding.UTF8.GetBytes($"{greeting.Person}: {greeting.Count}\n");
            if (page.Count < 100)
                yield break;
            after = page[^1].Person;
        }
    }
}
