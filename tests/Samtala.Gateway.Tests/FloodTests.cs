using System.Net;
using System.Net.Sockets;
using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

public sealed class FloodTests
{
    private const int Attackers = 300;
    private const int ConnectionsMax = 100;

    [Fact]
    public async Task Slow_connections_fill_their_own_listener_only_and_only_for_a_while()
    {
        var cancelled = TestContext.Current.CancellationToken;
        await using var door = await OpenDoor.StartAsync(options => options with
        {
            HttpLimits = ListenerLimits.ForHttp with
            {
                ConnectionsMax = ConnectionsMax,
                FirstByteTimeout = TimeSpan.FromSeconds(2),
                HeadersTimeout = TimeSpan.FromSeconds(2),
            },
        });
        using var socket = door.Socket(HttpVersion.Version20);
        using var http = door.Http();
        List<Socket> attackers = [];
        try
        {
            const string Begun = "GET /registry/x HTTP/1.1\r\nHost: x\r\nX-";
            for (var i = 0; i < Attackers; i++)
                attackers.Add(await AttackAsync(door.HttpPort, i % 2 == 0 ? Begun : "", cancelled));

            for (var i = 0; i < 50; i++)
                Assert.Equal("handled", await socket.GetStringAsync($"/registry/{i}", cancelled));
            await AnsweredAsync(http, cancelled);
        }
        finally
        {
            attackers.ForEach(attacker => attacker.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_pauses_gets_every_byte_and_one_that_leaves_frees_the_blob()
    {
        var cancelled = TestContext.Current.CancellationToken;
        await using var door = await OpenDoor.StartAsync();
        var bytes = new byte[24 * 1024 * 1024];
        new Random(3).NextBytes(bytes);
        var info = door.Node.Blobs.Add(bytes, door.Folder);
        door.Node.Publish(new Abstractions.PublishedAnswer(
            "/registry/big", new Abstractions.Content.OfBlob(info.Id, 0, info.Length)));
        var request = $"GET /registry/big HTTP/1.1\r\nHost: {door.Authority}\r\nConnection: close\r\n\r\n";

        using var leaving = await AttackAsync(door.HttpPort, request, cancelled);
        await leaving.ReceiveAsync(new byte[1000], cancelled);
        leaving.Dispose();
        using var pausing = await AttackAsync(door.HttpPort, request, cancelled);
        await Task.Delay(TimeSpan.FromSeconds(7), TimeProvider.System, cancelled);
        using var stream = new NetworkStream(pausing);
        using var seen = new MemoryStream();
        await stream.CopyToAsync(seen, cancelled);

        Assert.True(seen.ToArray().AsSpan((int)(seen.Length - bytes.Length)).SequenceEqual(bytes));
        while (Volatile.Read(ref door.Node.Blobs.StillOpen) != 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancelled);
    }

    [Fact]
    public async Task Stopping_ends_while_requests_hang()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var door = await OpenDoor.StartAsync(options => options with { StopGrace = TimeSpan.FromMilliseconds(200) });
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        door.Node.OnRequest = async (_, aborted) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            return new Abstractions.RawReply(200, [], null);
        };
        using var client = door.Http();
        var hanging = client.GetAsync("/registry/hang", cancelled);
        await entered.Task.WaitAsync(cancelled);

        await door.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, cancelled);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => hanging);
    }

    private static async Task<Socket> AttackAsync(int port, string bytes, CancellationToken cancelled)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancelled);
        try
        {
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(bytes), cancelled);
        }
        catch (SocketException)
        {
            // Refused already.
        }

        return socket;
    }

    // The slow ones are cut when their time is up; then everybody is served again.
    private static async Task AnsweredAsync(HttpClient http, CancellationToken cancelled)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                Assert.Equal("handled", await http.GetStringAsync("/registry/x", patience.Token));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
            }
        }
    }
}
