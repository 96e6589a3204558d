using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>npm's audit is answered although npm sends no token; no other write is.</summary>
public sealed class AuditTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("registry/npm/-/npm/v1/security/advisories/bulk", HttpStatusCode.OK)]
    [InlineData("registry/npm/-/npm/v1/security/audits/quick", HttpStatusCode.OK)]
    [InlineData("registry/npm/-/npm/v1/tokens", HttpStatusCode.Unauthorized)]
    [InlineData("registry/npm/-/npm/v1/security", HttpStatusCode.Unauthorized)]
    [InlineData("registry/npm/ms", HttpStatusCode.Unauthorized)]
    [InlineData("registry/nuget/v3/index.json", HttpStatusCode.Unauthorized)]
    public async Task Without_a_token_only_the_audit_is_answered(string path, HttpStatusCode expected)
    {
        await using var node = await RunningNode.StartAsync();
        using HttpClient nobody = new() { BaseAddress = node.Http };
        using var content = new ByteArrayContent(Gzip("{\"ms\":[\"2.1.3\"]}"u8));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await nobody.PostAsync(path, content, Cancel);
        Assert.Equal(expected, response.StatusCode);
        if (path.EndsWith("bulk", StringComparison.Ordinal))
            Assert.Equal("{}", await response.Content.ReadAsStringAsync(Cancel));

        using var form = new FormUrlEncodedContent([new("a", "b")]);
        using var foreign = await nobody.PostAsync(path, form, Cancel);
        Assert.Equal(
            expected is HttpStatusCode.OK ? HttpStatusCode.UnsupportedMediaType : expected, foreign.StatusCode);
    }

    [Fact]
    public async Task The_real_npm_audits_through_the_node()
    {
        await using var node = await RunningNode.StartAsync();
        var folder = Directory.CreateTempSubdirectory("samtala-audit-").FullName;
        try
        {
            foreach (var file in new[] { "package.json", "package-lock.json" })
                File.Copy(Checkout.At($"tests/data/npm-tree/{file}"), Path.Combine(folder, file));
            var audit = await Command.RunAsync(
                Checkout.RequireProgram("npm"),
                [
                    "audit", "--package-lock-only", "--fetch-retries", "0", "--cache", Path.Combine(folder, ".cache"),
                    "--registry", node.NpmUrl(),
                ],
                folder);
            Assert.True(audit.ExitCode == 0, $"{audit.Output}\n{audit.Error}");
            Assert.Contains("found 0 vulnerabilities", audit.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
