using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Samtala.EndToEnd.Tests.Mirrors;

/// <summary>What the tests of the mirrors ask of a node and of the real package clients.</summary>
internal static class MirrorCalls
{
    private static readonly Dictionary<string, string> s_direct = new() { ["NO_PROXY"] = "127.0.0.1,localhost" };

    public static string NpmUrl(this RunningNode node) => $"{node.Http}registry/npm/";

    public static string NugetUrl(this RunningNode node) => $"{node.Http}registry/nuget/v3/index.json";

    public static async Task SetUpstreamAsync(this RunningNode node, string mirror, string upstream)
    {
        using var response = await node.Client.PostAsJsonAsync(
            $"v1/registry/mirrors/{mirror}:setUpstream", new Dictionary<string, string> { ["upstream"] = upstream });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<JsonElement> GetJsonAsync(this RunningNode node, string path) =>
        await node.Client.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Has no upstream from now on.</summary>
    public static async Task IsolateAsync(this RunningNode node)
    {
        await node.SetUpstreamAsync("npm", "none");
        await node.SetUpstreamAsync("nuget", "none");
    }

    /// <summary>Runs the command line against a node and reads its JSON.</summary>
    public static async Task<JsonElement> SamtalaAsync(this RunningNode node, params string[] arguments)
    {
        var run = await Command.RunAsync(Checkout.Node, [.. arguments, "--data", node.Data, "--output", "json"]);
        Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Error}");
        return JsonSerializer.Deserialize<JsonElement>(run.Output);
    }

    /// <summary>Lets one node follow what another shares.</summary>
    public static async Task FollowAsync(this RunningNode follower, RunningNode sharer, string? through = null)
    {
        var shared = await sharer.SamtalaAsync("registry", "share");
        Assert.True(shared.GetProperty("complete").GetBoolean(), shared.GetRawText());
        await follower.SamtalaAsync(
            "registry", "follow", shared.GetProperty("key").GetString()!,
            "--peer", through ?? shared.GetProperty("peer").GetString()!);
    }

    /// <summary>A counter of a mirror.</summary>
    public static async Task<long> CounterAsync(this RunningNode node, string mirror, string counter) =>
        (await node.GetJsonAsync($"v1/registry/mirrors/{mirror}")).GetProperty("counters")
            .TryGetProperty(counter, out var value)
            ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : 0;

    /// <summary>An error of a mirror, with its code.</summary>
    public static async Task AssertErrorAsync(string code, HttpStatusCode status, HttpResponseMessage answer)
    {
        var problem = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {problem}");
        Assert.Equal(code, JsonSerializer.Deserialize<JsonElement>(problem).GetProperty("code").GetString());
    }

    /// <summary>What the user's own npm asks; skips the test when that does not answer.</summary>
    public static async Task<Uri> RequireUpstreamAsync()
    {
        var npm = Checkout.RequireProgram("npm");
        var printed = await Command.RunAsync(npm, ["config", "get", "registry"], Path.GetTempPath());
        Uri upstream = new(printed.Output.Trim().TrimEnd('/') + "/");
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
        try
        {
            using var response = await http.GetAsync(new Uri(upstream, "ms"));
            Assert.True(response.IsSuccessStatusCode);
        }
        catch (HttpRequestException e) when (!Checkout.IsCi)
        {
            Assert.Skip($"The upstream of npm does not answer: {e.Message}");
        }

        return upstream;
    }

    /// <summary>Installs a tree with nothing cached, without running its scripts.</summary>
    /// <returns>How many packages are there afterwards.</returns>
    public static async Task<int> NpmCiAsync(string registry)
    {
        var (run, installed) = await TryNpmCiAsync(registry);
        Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Error}");
        return installed;
    }

    /// <summary>Installs a tree with nothing cached, without running its scripts.</summary>
    /// <returns>How npm ended, and how many packages are there afterwards.</returns>
    public static async Task<(Command Run, int Installed)> TryNpmCiAsync(string registry)
    {
        var folder = Directory.CreateTempSubdirectory("samtala-npm-").FullName;
        try
        {
            foreach (var file in new[] { "package.json", "package-lock.json" })
                File.Copy(Checkout.At($"tests/data/npm-tree/{file}"), Path.Combine(folder, file));
            var run = await Command.RunAsync(
                Checkout.RequireProgram("npm"),
                [
                    "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries", "0",
                    "--cache", Path.Combine(folder, ".cache"), "--registry", registry,
                    // The user's own settings may send some names elsewhere.
                    "--userconfig", Path.Combine(folder, ".none"), "--globalconfig", Path.Combine(folder, ".none2"),
                ],
                folder,
                s_direct);
            if (run.ExitCode != 0)
                return (run, 0);
            return (run, Directory.EnumerateFiles(
                Path.Combine(folder, "node_modules"), "package.json", SearchOption.AllDirectories)
                .Count(f => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(f)))! is "node_modules"
                    || Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(f)))!.StartsWith('@')));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Restores a solution with nothing cached.</summary>
    /// <returns>How many packages are there afterwards.</returns>
    public static async Task<int> DotnetRestoreAsync(string source)
    {
        var folder = Directory.CreateTempSubdirectory("samtala-nuget-").FullName;
        try
        {
            var tree = Checkout.At("tests/data/nuget-tree");
            foreach (var file in Directory.EnumerateFiles(tree, "*.in", SearchOption.AllDirectories))
            {
                var target = Path.Combine(folder, Path.GetRelativePath(tree, file)[..^".in".Length]);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            await File.WriteAllTextAsync(
                Path.Combine(folder, "nuget.config"),
                $"""
                <configuration><packageSources><clear />
                <add key="mirror" value="{source}" allowInsecureConnections="true" />
                </packageSources></configuration>
                """);
            var run = await Command.RunAsync(
                Checkout.RequireProgram("dotnet"),
                ["restore", "Tree.sln", "--disable-build-servers", "-v", "q"],
                folder,
                new Dictionary<string, string>(s_direct)
                {
                    ["NUGET_PACKAGES"] = Path.Combine(folder, ".packages"),
                    ["NUGET_HTTP_CACHE_PATH"] = Path.Combine(folder, ".cache"),
                });
            Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Error}");
            return Directory.EnumerateFiles(
                Path.Combine(folder, ".packages"), "*.nupkg", SearchOption.AllDirectories).Count();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
