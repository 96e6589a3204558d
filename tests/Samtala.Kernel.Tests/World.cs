using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Samtala.Abstractions;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Testing;

namespace Samtala.Kernel.Tests;

/// <summary>A kernel on a simulated store, with plugins built by this very build.</summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly Marshaller<byte[]> s_bytes = new(b => b, b => b);
    private readonly TemporaryFolder _folder = new();
    private readonly SimDisk _disk = new();
    private NodeKernel? _kernel;

    public World(TimeProvider? time = null) => Time = time ?? TimeProvider.System;

    public TimeProvider Time { get; }

    public NodeKernel Kernel => _kernel ?? throw new InvalidOperationException("Open it first.");

    public PluginCatalog Plugins => Kernel.Plugins;

    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public string At(string relative) => _folder.At(relative);

    /// <summary>The folder a plugin was built into.</summary>
    public static string Built(string id) => Path.Combine(RepositoryRoot(), "artifacts", "samples", id);

    public async Task<NodeKernel> OpenAsync()
    {
        var store = new SimStore(_disk, new Random(1), Time);
        var parts = new KernelParts(Time, new SeededRandomness(1), store, NullLoggerFactory.Instance,
            new ServiceRegistry());
        _kernel = await NodeKernel.OpenAsync(
            new KernelOptions
            {
                DataFolder = _folder.At("data"),
                BundledPluginsFolder = _folder.At("bundled"),
                StartTimeout = StartTimeout,
            },
            parts,
            TestContext.Current.CancellationToken);
        return _kernel;
    }

    /// <summary>Stops the kernel and opens it again on the same disk.</summary>
    public async Task<NodeKernel> ReopenAsync()
    {
        await Kernel.DisposeAsync();
        await Kernel.Parts.Store.DisposeAsync();
        await OpenAsync();
        await Plugins.StartAsync(TestContext.Current.CancellationToken);
        return Kernel;
    }

    public Task<PluginStatus> InstallAsync(string id, params string[] grants) =>
        Plugins.InstallAsync(Built(id), grants, TestContext.Current.CancellationToken);

    /// <summary>Calls a method by bytes: no type of the plugin is known here.</summary>
    public async Task<byte[]> CallAsync(string service, string method, byte[] request)
    {
        var invoker = new InProcessChannel(Kernel.Parts.Services, TimeProvider.System).CreateCallInvoker();
        return await invoker.AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, service, method, s_bytes, s_bytes), null, default, request);
    }

    /// <summary>Greets somebody by name; the message has one string field.</summary>
    public Task<byte[]> GreetAsync(string person) => CallAsync(
        "samtala.hello.v1.GreetingService", "Greet", [0x0a, (byte)person.Length, .. Encoding.UTF8.GetBytes(person)]);

    public async Task<string> GetAsync(string path)
    {
        var endpoint = Plugins.FindEndpoint(path.Split('/')[1])!;
        var reply = await endpoint.HandleAsync(Request(path), TestContext.Current.CancellationToken);
        if (reply.Content is Content.Inline inline)
            return Encoding.UTF8.GetString(inline.Bytes.Span);
        var text = new StringBuilder();
        await foreach (var chunk in ((Content.Streamed)reply.Content!).Chunks)
            text.Append(Encoding.UTF8.GetString(chunk.Span));
        return text.ToString();
    }

    public static RawRequest Request(string path) =>
        new("GET", path, "", [], default, "http://127.0.0.1:7650", "", [], IsRefresh: false);

    /// <summary>Lets a plugin be in a mood, from its next start on.</summary>
    public void Write(string mood)
    {
        Directory.CreateDirectory(_folder.At("data"));
        File.WriteAllText(_folder.At("data/plugins.json"), $$"""
            { "plugins": [ { "id": "moody", "enabled": true, "grants": ["state"],
                "settings": { "mood": "{{mood}}" } } ] }
            """);
    }

    public void Bundle(string id)
    {
        Directory.CreateDirectory(_folder.At($"bundled/{id}"));
        foreach (var file in Directory.EnumerateFiles(Built(id)))
            File.Copy(file, _folder.At($"bundled/{id}/{Path.GetFileName(file)}"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_kernel is not null)
        {
            await _kernel.DisposeAsync();
            await _kernel.Parts.Store.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Samtala.Platform.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Samtala.Platform.sln is not above the tests.");
    }
}
