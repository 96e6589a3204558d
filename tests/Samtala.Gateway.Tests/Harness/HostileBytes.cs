namespace Samtala.Gateway.Tests.Harness;

/// <summary>Tricks with the bytes of a request: paths, methods, sizes, smuggling.</summary>
internal static class HostileBytes
{
    public static IEnumerable<Hostile> All(int port, string published) =>
        [.. Paths(port), .. Methods(port, published), .. Sizes(port), .. Smuggling(port, published)];

    private static IEnumerable<Hostile> Paths(int port)
    {
        string[] paths =
        [
            "//registry/x", "/registry//x", "/registry/./x", "/registry/../registry/x", "/registry/..", "/registry/.",
            "/..", "/registry/%2e%2e/x", "/registry/%2E%2e/x", "/registry/.%2e/x", "/registry/%2e/x", "/registry/x%00",
            "/registry/%00x", "/registry/x%0d%0aSet-Cookie:a", "/registry/x%0a", "/registry\\x", "/registry/..\\x",
            "/registry/%5cx", "/registry/%5C..%5Cx", "/registry/x%", "/registry/x%2", "/registry/x%zz",
            "/registry/%252e%252e/x", "/registry/%252fx", "/registry/%25%32%65", "/registry/..%2fx", "/registry/%2f/x",
            "/registry/%2f%2fx", "/registry/x%2f..", "/registry/x#y", "/registry/x%7f", "/registry/x\"y",
            "/registry/<x>", "/registry/x|y", "/registry/x^y", "/registry/x`y", "/registry/{x}", "registry/x", "x", "*",
            "?x", "/v1/../registry/x", "/ui/../registry/x", "/l/%2e%2e/x", "/registry/x\u00e9", "/registry/x\u0001y",
            "/registry/x\ty", $"http://127.0.0.1:{port}/registry/x", "http://evil.example/registry/x",
            $"https://127.0.0.1:{port}/registry/x", "file:///etc/passwd", "/l/", "/l/unknown", "/l/a/b",
            $"/l/{new string('a', 200)}",
        ];
        return from path in paths
               from method in new[] { "GET", "PUT" }
               select Hostile.To(port, "path", $"{method} {path}", method is "PUT" ? Hostile.Owner : "");
    }

    private static IEnumerable<Hostile> Methods(int port, string published)
    {
        string[] methods =
        [
            "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "GeT", "FOO", "G\u00c9T", "QUERY", "PURGE", "LINK", "",
        ];
        foreach (var method in methods)
        {
            yield return Hostile.To(port, "method", $"{method} {published}");
            yield return Hostile.To(port, "method", $"{method} /registry/x", Hostile.Owner);
        }

        yield return Hostile.To(port, "preflight", "OPTIONS /v1/status",
            $"Origin: http://127.0.0.1:{port}\r\nAccess-Control-Request-Method: PUT\r\n");
        yield return Hostile.To(port, "override", "POST /registry/x", "X-HTTP-Method-Override: GET\r\n");
        yield return Hostile.To(port, "tunnel", $"CONNECT 127.0.0.1:{port}");
    }

    private static IEnumerable<Hostile> Sizes(int port)
    {
        const int BodyTooLong = 0x500000;
        yield return Hostile.To(port, "long line", $"GET /registry/{new string('a', 9000)}");
        yield return Hostile.To(port, "long header", "GET /registry/x", $"X-A: {new string('a', 40_000)}\r\n");
        yield return Hostile.To(port, "many headers", "GET /registry/x",
            string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: a\r\n")));
        foreach (var length in new[] { "4194305", "9223372036854775807", "99999999999999999999" })
            yield return Raw(port, "too long", "PUT /registry/x", $"{Hostile.Owner}Content-Length: {length}\r\n\r\n");
        yield return Raw(port, "chunks too long", "PUT /registry/x",
            $"{Hostile.Owner}Transfer-Encoding: chunked\r\n\r\n500000\r\n{new string('a', BodyTooLong)}\r\n0\r\n\r\n");
        yield return Raw(port, "blob too long", "POST /v1/blobs",
            $"{Hostile.Owner}Content-Length: 999999999999\r\n\r\n");
    }

    private static IEnumerable<Hostile> Smuggling(int port, string published)
    {
        string[] heads =
        [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 0\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n", "Content-Length: -1\r\n",
            "Content-Length: 5;\r\n", "Content-Length: 0x5\r\n", "Content-Length : 5\r\n",
            "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: gzip\r\n", "Transfer-Encoding:\u000bchunked\r\n",
            "X: a\r\n Transfer-Encoding: chunked\r\n", "X: a\0b\r\n", "X: a\rb\r\n", "\u0001X: a\r\n", "X a\r\n",
            ": a\r\n", " X: a\r\n", "Content-Length: 5\r\nTransfer-Encoding: identity\r\n",
        ];
        foreach (var head in heads)
        {
            var rest = $"{Hostile.Owner}{head}\r\n0\r\n\r\nGET {published} HTTP/1.1\r\n\r\n";
            yield return Raw(port, "smuggling", "PUT /registry/x", rest);
            yield return Raw(port, "smuggling", "POST /v1/node:shutdown", Hostile.Json + rest);
        }

        var chunked = $"{Hostile.Owner}Transfer-Encoding: chunked\r\n\r\n";
        yield return Raw(port, "bad chunk", "PUT /registry/x", $"{chunked}zz\r\nabc\r\n0\r\n\r\n");
        yield return Raw(port, "bad chunk end", "PUT /registry/x", $"{chunked}3\r\nabcdef\r\n0\r\n\r\n");
        yield return Hostile.To(port, "two versions", $"GET {published} HTTP/1.1");
        yield return new Hostile("odd version", $"GET {published} HTTP/9.9\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        yield return new Hostile("no version", $"GET {published}\r\n\r\n");
        yield return new Hostile("no host", $"GET {published} HTTP/1.0\r\n\r\n");
        yield return new Hostile("HTTP/2 on HTTP/1", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
        yield return new Hostile("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n");
    }

    private static Hostile Raw(int port, string name, string target, string rest) =>
        new(name, $"{target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{rest}");
}
