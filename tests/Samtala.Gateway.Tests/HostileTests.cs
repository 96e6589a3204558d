using Samtala.Gateway.Tests.Harness;
using Samtala.Grpc.Server;

namespace Samtala.Gateway.Tests;

/// <summary>Requests as they come from pages, proxies and people who mean harm, over real sockets.</summary>
public sealed class HostileTests
{
    private const int HostileMin = 500;
    private const string Published = "/registry/npm/published";
    private readonly ITestOutputHelper _output;

    public HostileTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public async Task No_hostile_request_reaches_a_handler_and_every_honest_one_does()
    {
        var service = new CountingNodeService();
        var registry = new ServiceRegistry();
        registry.Add("node", service);
        await using var door = await OpenDoor.StartAsync(registry: registry);
        door.Node.Publish(new Abstractions.PublishedAnswer(Published, FakeNode.Text("published")) { Scope = "" });
        door.Node.Ui["/"] = new UiFile("text/html", "1", "<p>"u8.ToArray(), false);
        int Reached() => door.Node.Handled + service.Calls + door.Node.Traffic.Count + door.Node.Blobs.Created;

        var honest = HonestRequests.All(door.HttpPort, Published).ToList();
        foreach (var request in honest)
        {
            var before = Reached();
            var answer = await door.SendAsync(request);
            Assert.True(answer.Status is 200 or 201, $"{answer.Status} for honest\n{request}\n{answer.Text}");
            Assert.Equal(before + 1, Reached());
        }

        var reachedByHonest = Reached();
        var hostile = HostileRequests.All(door.HttpPort, Published).ToList();
        var statuses = new SortedDictionary<int, int>();
        foreach (var request in hostile)
        {
            var answer = await door.SendAsync(request.Bytes);
            var told = $"({answer.Status}) {request.Name}\n{Shown(request.Bytes)}";
            Assert.True(Reached() == reachedByHonest, $"A handler was reached: {told}");
            Assert.True(answer.Status is 0 or >= 400, $"It was answered: {told}");
            Assert.DoesNotContain("Access-Control-Allow-Origin", answer.Text, StringComparison.OrdinalIgnoreCase);
            statuses[answer.Status] = statuses.GetValueOrDefault(answer.Status) + 1;
        }

        Assert.Equal(reachedByHonest, Reached());
        Assert.True(hostile.Count >= HostileMin, $"Only {hostile.Count} hostile requests.");
        _output.WriteLine($"{hostile.Count} hostile requests, 0 reached a handler; {honest.Count} honest, all did.");
        _output.WriteLine(string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}")));
    }

    private static string Shown(string bytes) => bytes.Length > 600 ? bytes[..600] + "…" : bytes;
}
