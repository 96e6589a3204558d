using Samtala.Abstractions;

namespace Samtala.Fetch.Tests;

/// <summary>Whom a plugin reaches and whom it does not: no connection is ever made to a refused address.</summary>
public sealed class FetchRulesTests
{
    private const string Fine = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine";

    private static readonly string[] s_blocked =
    [
        "127.0.0.1", "10.0.0.1", "172.16.9.9", "192.168.0.1", "169.254.169.254", "100.64.1.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1", "fd00:ec2::254",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Blocked => [.. s_blocked];

    [Theory]
    [MemberData(nameof(Blocked))]
    public async Task A_name_of_a_private_address_is_refused_without_a_connection(string address)
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port).Name("evil.example", [address]);
        await RefusedAsync(network, "http://evil.example/", Rules());
        Assert.Empty(network.Dialled);
    }

    [Theory]
    [MemberData(nameof(Blocked))]
    public async Task A_private_address_itself_is_refused(string address)
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port);
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        await RefusedAsync(network, $"http://{host}/", Rules());
        Assert.Empty(network.Dialled);
    }

    [Theory]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://127.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://user:pass@public.example/")]
    [InlineData("ftp://public.example/")]
    [InlineData("file:///etc/passwd")]
    public async Task An_address_in_disguise_is_refused(string uri)
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port).Name("public.example", ["93.184.216.34"]);
        await RefusedAsync(network, uri, Rules());
        Assert.Empty(network.Dialled);
    }

    [Fact]
    public async Task A_name_that_changes_its_address_is_checked_at_every_connection()
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port).Name("rebind.example", ["93.184.216.34"], ["127.0.0.1"]);
        using var http = new OutboundHttp(Rules(), null, network, TimeProvider.System);
        Assert.Equal(200, (await http.FetchAsync(Request("http://rebind.example/"), Token)).Status);
        for (var i = 0; i < 5; i++)
        {
            var e = await Assert.ThrowsAsync<FetchException>(
                async () => await http.FetchAsync(Request("http://rebind.example/"), Token));
            Assert.Equal(FetchFailure.Refused, e.Failure);
        }

        Assert.Equal(["93.184.216.34"], network.Dialled.Select(d => d.Address.ToString()));
    }

    [Fact]
    public async Task Of_several_addresses_only_the_public_one_is_connected_to()
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port)
            .Name("mixed.example", ["127.0.0.1", "::1", "93.184.216.34", "10.0.0.1"]);
        using var http = new OutboundHttp(Rules(), null, network, TimeProvider.System);
        Assert.Equal("fine"u8.ToArray(), (await http.FetchAsync(Request("http://mixed.example/"), Token))
            .Body.ToArray());
        Assert.Equal(["93.184.216.34"], network.Dialled.Select(d => d.Address.ToString()));
    }

    [Theory]
    [InlineData("http://inner.example/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("//169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]:8080/")]
    [InlineData("ftp://public.example/")]
    [InlineData("http://other.example/")]
    public async Task A_redirect_is_held_to_the_same_rules(string location)
    {
        await using var server = new ScriptedServer(
            _ => $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var network = new NamedNetwork(server.Port)
            .Name("public.example", ["93.184.216.34"]).Name("inner.example", ["10.0.0.1"])
                .Name("other.example", ["1.1.1.1"]);
        await RefusedAsync(network, "http://public.example/", Rules("public.example", "inner.example", "127.0.0.1"));
        Assert.Equal(["93.184.216.34"], network.Dialled.Select(d => d.Address.ToString()));
    }

    [Fact]
    public async Task More_than_five_redirects_are_not_followed()
    {
        await using var server = new ScriptedServer(
            _ => "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var network = new NamedNetwork(server.Port).Name("public.example", ["93.184.216.34"]);
        await RefusedAsync(network, "http://public.example/", Rules());
        Assert.Equal(6, server.Heads.Count);
    }

    [Fact]
    public async Task Secrets_for_one_server_are_not_told_to_another()
    {
        await using var server =
            new ScriptedServer(head => head.Contains("Host: a.example", StringComparison.OrdinalIgnoreCase)
            ? "HTTP/1.1 302 Found\r\nLocation: http://b.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            : Fine);
        var network = new NamedNetwork(server.Port).Name("a.example", ["1.1.1.1"]).Name("b.example", ["9.9.9.9"]);
        using var http = new OutboundHttp(Rules(), null, network, TimeProvider.System);
        var reply = await http.FetchAsync(
            Request("http://a.example/") with
            {
                Headers = [new("Authorization", "Bearer x"), new("Accept", "a/b")],
            },
            Token);
        Assert.Equal("http://b.example/", reply.FinalUri.AbsoluteUri);
        var heads = server.Heads.ToArray();
        Assert.Contains("Authorization: Bearer x", heads[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", heads[1], StringComparison.Ordinal);
        Assert.Contains("Accept: a/b", heads[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owners_own_server_is_reached_only_as_configured_and_with_the_grant()
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port).Name("mirror.local", ["192.168.1.5"]);
        var trusted = Request("http://mirror.local:4873/x") with { TrustedAuthority = "mirror.local:4873" };
        using (var http =
            new OutboundHttp(Rules() with { IsPrivateGranted = true }, null, network, TimeProvider.System))
        {
            Assert.Equal(200, (await http.FetchAsync(trusted, Token)).Status);
            // The connection that is open now is not lent to a request that may not have it.
            await Assert.ThrowsAsync<FetchException>(
                async () => await http.FetchAsync(Request("http://mirror.local:4873/x"), Token));
            await Assert.ThrowsAsync<FetchException>(async () => await http.FetchAsync(
                Request("http://mirror.local:4874/x") with { TrustedAuthority = "mirror.local:4873" }, Token));
        }

        Assert.Single(network.Dialled);
        await RefusedAsync(network, trusted, Rules());
        Assert.Single(network.Dialled);
    }

    [Fact]
    public async Task Only_granted_hosts_are_asked()
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port).Name("a.example", ["1.1.1.1"]).Name("b.example", ["1.1.1.1"]);
        using var http = new OutboundHttp(Rules("a.example"), null, network, TimeProvider.System);
        Assert.Equal(200, (await http.FetchAsync(Request("http://A.Example/"), Token)).Status);
        var e = await Assert.ThrowsAsync<FetchException>(async () =>
            await http.FetchAsync(Request("http://b.example/"), Token));
        Assert.Contains("fetch:b.example", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "other")]
    [InlineData("Content-Length", "5")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "upgrade")]
    [InlineData("X", "a\r\nInjected: b")]
    [InlineData("bad name", "a")]
    public async Task Headers_that_would_change_the_request_itself_are_refused(string name, string value)
    {
        await using var server = new ScriptedServer(_ => Fine);
        var network = new NamedNetwork(server.Port).Name("a.example", ["1.1.1.1"]);
        await RefusedAsync(network, Request("http://a.example/") with { Headers = [new(name, value)] }, Rules());
        Assert.Empty(server.Heads);
    }

    private static OutboundRules Rules(params string[] hosts) =>
        new(host => hosts.Length == 0 || hosts.Contains(host), IsPrivateGranted: false);

    private static FetchRequest Request(string uri) => new(new Uri(uri)) { Timeout = TimeSpan.FromSeconds(20) };

    private static Task RefusedAsync(NamedNetwork network, string uri, OutboundRules rules) =>
        RefusedAsync(network, Request(uri), rules);

    private static async Task RefusedAsync(NamedNetwork network, FetchRequest request, OutboundRules rules)
    {
        using var http = new OutboundHttp(rules, null, network, TimeProvider.System);
        var e = await Assert.ThrowsAsync<FetchException>(async () => await http.FetchAsync(request, Token));
        Assert.Equal(FetchFailure.Refused, e.Failure);
    }
}
