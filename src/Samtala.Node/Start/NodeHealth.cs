using System.Globalization;
using Samtala.Gateway;
using Samtala.Kernel;
using Samtala.Node.V1;
using Samtala.Services.Nodes;
using Samtala.Services.Plugins;

namespace Samtala.Node.Start;

/// <summary>How the node is: for /readyz and /metrics, and the plugins' part of status and doctor.</summary>
internal sealed class NodeHealth(NodeKernel kernel, TimeProvider time) : INodeHealth, IPluginOverview
{
    private readonly DateTimeOffset _started = time.GetUtcNow();

    public string? NotReady { get; set; } = "The node is starting.";

    public IReadOnlyList<Plugin> Plugins => [.. kernel.Plugins.List().Select(PluginText.Describe)];

    public long FetchedBytes => kernel.FetchedBytes;

    public long ServedBytes => kernel.Answers.ServedBytes;

    public void WriteMetrics(TextWriter writer)
    {
        Write(writer, "samtala_uptime_seconds", "gauge", (time.GetUtcNow() - _started).TotalSeconds);
        Write(writer, "samtala_memory_bytes", "gauge", Environment.WorkingSet);
        Write(writer, "samtala_gc_heap_bytes", "gauge", GC.GetTotalMemory(forceFullCollection: false));
        Write(writer, "samtala_fetched_bytes_total", "counter", FetchedBytes);
        Write(writer, "samtala_answers_served_bytes_total", "counter", ServedBytes);
        writer.Write("# TYPE samtala_plugin_running gauge\n");
        foreach (var plugin in kernel.Plugins.List())
        {
            var running = plugin.State == Kernel.PluginState.Running ? 1 : 0;
            writer.Write($"samtala_plugin_running{{plugin=\"{plugin.Id}\"}} {running}\n");
        }
    }

    private static void Write(TextWriter writer, string name, string type, double value) => writer.Write(
        string.Create(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value}\n"));
}
