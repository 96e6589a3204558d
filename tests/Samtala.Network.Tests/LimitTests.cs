using System.Net;
using Samtala.Protocol;

namespace Samtala.Network.Tests;

public sealed class LimitTests
{
    // However busy the machine is, no handshake ends by itself while it is counted.
    private static readonly SecretStreamOptions s_patient = new() { HandshakeTimeout = TimeSpan.FromDays(1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_address_has_few_handshakes_at_a_time_and_others_still_get_in()
    {
        MemoryTransport transport = new();
        await using Node server = new(
            transport, new PeerHubOptions { HandshakesPerAddressMax = 3, Stream = s_patient });
        IPEndPoint local = server.Listen();
        List<MemoryConnection> flood = [];
        for (int i = 0; i < 50; i++)
            flood.Add(transport.Dial(local));
        await PeerHubTests.UntilAsync(() => server.Hub.RefusedCount == 47);
        Assert.Equal(3, server.Hub.HandshakeCount);

        transport.DialerAddress = IPAddress.Parse("192.0.2.7");
        await using Node client = new(transport);
        PeerConnection connection = await client.Hub.ConnectAsync(local, server.Key.PublicKey, Stop);
        Assert.False(connection.Closed.IsCompleted);

        foreach (MemoryConnection one in flood)
            await one.DisposeAsync();
        await PeerHubTests.UntilAsync(() => server.Hub.HandshakeCount == 0);
        transport.DialerAddress = IPAddress.Loopback;
        await client.Hub.ConnectAsync(local, server.Key.PublicKey, Stop);
    }

    [Fact]
    public async Task Handshakes_of_all_addresses_together_are_limited()
    {
        MemoryTransport transport = new();
        await using Node server = new(transport, new PeerHubOptions { HandshakesMax = 10, Stream = s_patient });
        IPEndPoint local = server.Listen();
        List<MemoryConnection> flood = [];
        for (int i = 0; i < 30; i++)
        {
            transport.DialerAddress = new IPAddress([192, 0, 2, (byte)i]);
            flood.Add(transport.Dial(local));
        }

        await PeerHubTests.UntilAsync(() => server.Hub.RefusedCount == 20);
        Assert.Equal(10, server.Hub.HandshakeCount);
        foreach (MemoryConnection one in flood)
            await one.DisposeAsync();
    }

    [Fact]
    public async Task Connections_of_one_address_and_of_all_are_limited_and_places_become_free()
    {
        MemoryTransport transport = new();
        await using Node server = new(
            transport, new PeerHubOptions { ConnectionsPerAddressMax = 2, ConnectionsMax = 3 });
        IPEndPoint local = server.Listen();
        await using Node client = new(transport);
        PeerConnection first = await client.Hub.ConnectAsync(local, null, Stop);
        await client.Hub.ConnectAsync(local, null, Stop);
        await PeerHubTests.UntilAsync(() => server.Hub.HandshakeCount == 0);
        await Assert.ThrowsAsync<IOException>(() => client.Hub.ConnectAsync(local, null, Stop));
        transport.DialerAddress = IPAddress.Parse("2001:db8::1");
        await client.Hub.ConnectAsync(local, null, Stop);
        transport.DialerAddress = IPAddress.Parse("2001:db8::2");
        await Assert.ThrowsAsync<IOException>(() => client.Hub.ConnectAsync(local, null, Stop));

        first.Close("Make room.");
        await first.Closed;
        await PeerHubTests.UntilAsync(() => server.Hub.Connections.Length == 2);
        await client.Hub.ConnectAsync(local, null, Stop);
    }

    [Fact]
    public async Task Garbage_ends_only_its_own_connection()
    {
        Random random = Vectors.TestSeed.NewRandom();
        MemoryTransport transport = new();
        await using Node server = new(transport);
        IPEndPoint local = server.Listen();
        for (int i = 0; i < 100; i++)
        {
            await using MemoryConnection stranger = transport.Dial(local);
            byte[] garbage = new byte[random.Next(1, 5_000)];
            random.NextBytes(garbage);
            await stranger.SendAsync(garbage, Stop);
            stranger.FinishSending();
            byte[] answer = new byte[1_000];
            while (await stranger.ReceiveAsync(answer, Stop) != 0)
            {
                // A handshake answer, at most.
            }
        }

        await using Node client = new(transport);
        await client.Hub.ConnectAsync(local, server.Key.PublicKey, Stop);
        await PeerHubTests.UntilAsync(() => server.Opened.Count == 1);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void An_address_counts_with_its_household(string address, string key) =>
        Assert.Equal(IPAddress.Parse(key), ConnectionLimits.KeyOf(IPAddress.Parse(address)));
}
