namespace Samtala.Abstractions;

/// <summary>Work that goes on for as long as the plugin runs: a loop, a timer, a listener. Found by scanning, started
/// after <see cref="IPlugin.StartAsync"/>.</summary>
public interface IWorker
{
    /// <summary>Works until it has nothing more to do or the plugin stops. When it throws, the node stops the whole
    /// plugin and starts it again after a while; catch what you can go on from.</summary>
    /// <param name="cancellationToken">The plugin is stopping; return soon.</param>
    Task RunAsync(CancellationToken cancellationToken);
}
