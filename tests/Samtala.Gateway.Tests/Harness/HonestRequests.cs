namespace Samtala.Gateway.Tests.Harness;

/// <summary>What people's clients send; each must reach exactly one handler.</summary>
internal static class HonestRequests
{
    private const string Owner = $"Authorization: Bearer {FakeNode.OwnerToken}";

    public static IEnumerable<string> All(int port, string published)
    {
        string[] hosts = [$"127.0.0.1:{port}", $"localhost:{port}", $"LOCALHOST:{port}", $"[::1]:{port}"];
        return hosts.SelectMany(host => Reads(host, published).Concat(Writes(host)));
    }

    private static IEnumerable<string> Reads(string host, string published)
    {
        yield return Get(published, host);
        yield return Get("/registry/npm/@scope%2fname", host);
        yield return Get("/registry/npm/@scope/name/-/name-1.0.0+build.tgz?x=%2e%2e", host);
        yield return Get(published, host, $"Origin: http://{host}", "Sec-Fetch-Site: same-origin");
        yield return Get("/registry/none", host, "Sec-Fetch-Site: none");
        yield return Get("/v1/status", host, Owner);
        yield return Get("/v1/status", host, $"authorization: bearer {FakeNode.ReaderToken}");
        yield return Get("/registry/h2c", host,
            "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMA");
        yield return Get("/registry/cookie", host, "Cookie: session=1");
    }

    private static IEnumerable<string> Writes(string host)
    {
        var basic = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"__token__:{FakeNode.PublishToken}"));
        yield return Body("PUT /registry/npm/mine", host, "{}", $"Authorization: Bearer {FakeNode.PublishToken}");
        yield return Body("PUT /registry/nuget/push", host, "x", $"X-NuGet-ApiKey: {FakeNode.PublishToken}",
            "Content-Type: multipart/form-data; boundary=x");
        yield return Body("PUT /registry/cargo/new", host, "x", $"Authorization: {FakeNode.PublishToken}");
        yield return Body("POST /registry/pypi/legacy/", host, "x", $"Authorization: Basic {basic}");
        yield return Body("POST /registry/npm/audit", host, "{}", "Content-Type: application/json");
        yield return Body("POST /v1/node:shutdown", host, "{}", Owner, "Content-Type: application/json; charset=utf-8");
        yield return Body("POST /v1/blobs", host, $"for {host}", Owner, "Content-Type: application/octet-stream");
    }

    private static string Get(string path, string host, params string[] headers) =>
        $"GET {path} HTTP/1.1\r\nHost: {host}\r\n{string.Concat(headers.Select(h => $"{h}\r\n"))}\r\n";

    private static string Body(string target, string host, string body, params string[] headers) =>
        $"{target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {body.Length}\r\n" +
        $"{string.Concat(headers.Select(h => $"{h}\r\n"))}\r\n{body}";
}
