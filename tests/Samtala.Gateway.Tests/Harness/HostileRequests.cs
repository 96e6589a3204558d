namespace Samtala.Gateway.Tests.Harness;

/// <summary>One hostile request.</summary>
/// <param name="Name">Which trick.</param>
/// <param name="Bytes">What is sent, one char each.</param>
internal sealed record Hostile(string Name, string Bytes)
{
    public const string Owner = $"Authorization: Bearer {FakeNode.OwnerToken}\r\n";
    public const string Json = "Content-Type: application/json\r\n";
    private const string Body = "Content-Length: 2\r\n\r\n{}";

    /// <summary>A request with our own Host header.</summary>
    public static Hostile To(int port, string name, string target, string headers = "") =>
        With(name, target, $"Host: 127.0.0.1:{port}\r\n{headers}");

    /// <summary>A request with exactly these headers; one that writes gets a small JSON body.</summary>
    public static Hostile With(string name, string target, string headers) =>
        new($"{name}: {target}", $"{target} HTTP/1.1\r\n{headers}{Tail(target, headers)}");

    private static string Tail(string target, string headers)
    {
        if (target.Split(' ')[0] is "GET" or "DELETE")
            return "\r\n";
        return headers.Contains("Content-Type", StringComparison.Ordinal) ? Body : Json + Body;
    }
}

/// <summary>Tricks of pages and of people with the wrong token: rebinding, cross-site requests, tokens, scopes, types,
/// WebSockets.</summary>
internal static class HostileRequests
{
    private static readonly string[] s_tokens = ["", Hostile.Owner];

    public static IEnumerable<Hostile> All(int port, string published) =>
    [
        .. Rebinding(port, published), .. CrossSite(port, published), .. Tokens(port), .. Scopes(port), .. Types(port),
        .. WebSockets(port, published), .. HostileBytes.All(port, published),
    ];

    private static IEnumerable<Hostile> Rebinding(int port, string published)
    {
        string[] hosts =
        [
            "Host: evil.example\r\n", $"Host: evil.example:{port}\r\n", "Host: 127.0.0.1\r\n", "Host: localhost\r\n",
            "Host: 127.0.0.1:1\r\n", "Host: localhost:80\r\n", $"Host: 127.0.0.1.evil.example:{port}\r\n",
            $"Host: localhost.:{port}\r\n", $"Host: 127.1:{port}\r\n", $"Host: 2130706433:{port}\r\n",
            $"Host: 0x7f000001:{port}\r\n", $"Host: 0.0.0.0:{port}\r\n", $"Host: user@127.0.0.1:{port}\r\n",
            $"Host: [::ffff:127.0.0.1]:{port}\r\n", $"Host: ::1:{port}\r\n", "Host: \r\n", "",
            $"Host: 127.0.0.1:0{port}\r\n", $"Host: 127.0.0.1:{port}/\r\n", $"Host: 127.0.0.1:{port}, evil.example\r\n",
            $"Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n", $"Host: evil.example\r\nHost: 127.0.0.1:{port}\r\n",
            $"Host: 127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}\r\n", $"Host: 127.0.0.1:{port}#evil.example\r\n",
            $"Host: localhost:{port}\t.evil\r\n", $"X-Forwarded-Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n",
        ];
        string[] targets =
        [
            $"GET {published}", "GET /v1/status", "GET /registry/other", "GET /", "POST /registry/npm/audit",
            "POST /v1/node:shutdown", "PUT /registry/other", "DELETE /registry/other",
        ];
        return from host in hosts
               from target in targets
               from token in s_tokens
               select Hostile.With("foreign host", target, host + token);
    }

    private static IEnumerable<Hostile> CrossSite(int port, string published)
    {
        string[] marks =
        [
            "Origin: https://evil.example\r\n", $"Origin: http://evil.example:{port}\r\n", "Origin: null\r\n",
            "Origin: \r\n", "Origin: http://127.0.0.1:1\r\n", "Origin: http://127.0.0.1\r\n",
            $"Origin: https://127.0.0.1:{port}\r\n", $"Origin: http://127.0.0.1:{port}.evil.example\r\n",
            $"Origin: http://localhost:{port}\r\n", "Origin: file://\r\n", "Origin: chrome-extension://abc\r\n",
            $"Origin: http://127.0.0.1:{port} http://evil.example\r\n",
            $"Origin: http://127.0.0.1:{port}\r\nOrigin: http://evil.example\r\n",
            "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n", "Sec-Fetch-Site: strange\r\n",
            "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
        ];
        string[] targets = [$"GET {published}", "GET /v1/status", "POST /registry/x", "POST /registry/npm/audit"];
        return from mark in marks
               from target in targets
               from token in s_tokens
               select Hostile.To(port, "foreign page", target, mark + token);
    }

    private static IEnumerable<Hostile> Tokens(int port)
    {
        string[] tokens =
        [
            "", "Authorization: \r\n", "Authorization: Bearer\r\n", "Authorization: Bearer wrong\r\n",
            "Authorization: Basic !!!\r\n", "Authorization: Basic b3duZXI6d3Jvbmc=\r\n",
            $"Authorization: Bearer {FakeNode.OwnerToken}x\r\n", $"Authorization: Bearer {FakeNode.OwnerToken} x\r\n",
            $"Authorization: Digest {FakeNode.OwnerToken}\r\n", $"Authorization: Bearer {new string('a', 5000)}\r\n",
            $"Cookie: token={FakeNode.OwnerToken}\r\n", $"{Hostile.Owner}{Hostile.Owner}",
            $"X-Api-Key: {FakeNode.OwnerToken}\r\n",
        ];
        string[] targets =
        [
            "GET /v1/status", "GET /metrics", $"GET /v1/blobs/{new string('a', 64)}",
            $"GET /v1/status?access_token={FakeNode.OwnerToken}", "POST /v1/node:shutdown", "POST /v1/blobs",
            "PUT /registry/x", "DELETE /registry/x", "PATCH /registry/x",
        ];
        return from token in tokens
               from target in targets
               select Hostile.To(port, "no good token", target, token);
    }

    private static IEnumerable<Hostile> Scopes(int port) =>
        from pair in new[]
        {
            (Token: FakeNode.PublishToken, Target: "GET /v1/status"),
            (Token: FakeNode.PublishToken, Target: "POST /v1/node:shutdown"),
            (Token: FakeNode.ReaderToken, Target: "POST /v1/node:shutdown"),
            (Token: FakeNode.ReaderToken, Target: "POST /v1/blobs"),
            (Token: FakeNode.PublishToken, Target: "GET /metrics"),
            (Token: FakeNode.PublishToken, Target: $"GET /v1/blobs/{new string('a', 64)}"),
        }
        select Hostile.To(port, "scope missing", pair.Target, $"Authorization: Bearer {pair.Token}\r\n");

    private static IEnumerable<Hostile> Types(int port)
    {
        string[] types =
        [
            "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
            "text/json", "",
        ];
        foreach (var type in types)
        {
            var header = $"Content-Type: {type}\r\n";
            yield return Hostile.To(port, "not JSON", "POST /v1/node:shutdown", Hostile.Owner + header);
            yield return Hostile.To(port, "not JSON", "POST /registry/npm/audit", header);
        }
    }

    private static IEnumerable<Hostile> WebSockets(int port, string published)
    {
        string[] asks =
        [
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            "Upgrade: WebSocket\r\nConnection: Upgrade\r\n", "Sec-WebSocket-Version: 13\r\n",
        ];
        string[] targets = ["GET /", $"GET {published}", "GET /v1/status", "GET /registry/ws"];
        return from ask in asks
               from target in targets
               from token in s_tokens
               select Hostile.To(port, "websocket", target, ask + token);
    }
}
