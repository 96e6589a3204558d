using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samtala.Abstractions;
using Samtala.Hello.V1;

namespace Samtala.Plugins.Hello;

/// <summary>Who was greeted how often: the app's logic, knowing nothing of gRPC calls or HTTP.</summary>
internal sealed class Greetings
{
    private const string Prefix = "people/";
    private readonly INode _node;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<Channel<Greeting>> _watchers = [];

    public Greetings(INode node, TimeProvider time)
    {
        _node = node;
        _time = time;
    }

    /// <summary>Greets somebody; durable when it returns.</summary>
    public async Task<Greeting> GreetAsync(string person, Manner manner, CancellationToken cancellationToken)
    {
        while (true)
        {
            var entry = await _node.State.GetAsync(Prefix + person, cancellationToken);
            var greeting = new Greeting
            {
                Person = person,
                Text = $"{(manner == Manner.Formal ? "Good day" : "Hej")}, {person}!",
                Count = 1 + (entry is null ? 0 : Greeting.Parser.ParseFrom(entry.Value.Span).Count),
                Time = Timestamp.FromDateTimeOffset(_time.GetUtcNow()),
            };
            var write = new StateWrite(Prefix + person, greeting.ToByteArray(), entry?.Etag ?? "");
            // Somebody else greeted the same person in between: count again.
            if (!await _node.State.CommitAsync([write], cancellationToken))
                continue;
            await PublishAsync(cancellationToken);
            Tell(greeting);
            return greeting;
        }
    }

    /// <summary>A page of people, in order of their names.</summary>
    public async Task<IReadOnlyList<Greeting>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        var entries = await _node.State.ListAsync(
            Prefix, after.Length == 0 ? "" : Prefix + after, limit, cancellationToken);
        return [.. entries.Select(e => Greeting.Parser.ParseFrom(e.Value.Span))];
    }

    /// <summary>Every greeting from now on.</summary>
    public async IAsyncEnumerable<Greeting> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<Greeting>(
            new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
            _watchers.Add(channel);
        try
        {
            await foreach (var greeting in channel.Reader.ReadAllAsync(cancellationToken))
                yield return greeting;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <summary>Publishes how many people there are, so that the door answers without asking.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        var people = await _node.State.ListAsync(Prefix, "", 1000, cancellationToken);
        var text = string.Create(CultureInfo.InvariantCulture, $"{people.Count} people were greeted.\n");
        var answer = new PublishedAnswer("/hello/count", new Content.Inline(Encoding.UTF8.GetBytes(text)))
        {
            Headers = [new Header("Content-Type", "text/plain; charset=utf-8")],
            Etag = string.Create(CultureInfo.InvariantCulture, $"people-{people.Count}"),
        };
        await _node.Answers.PublishAsync([answer], cancellationToken);
    }

    private void Tell(Greeting greeting)
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(greeting);
        }
    }
}
