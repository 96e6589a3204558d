using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NuGet.Versioning;
using Samtala.Abstractions;

namespace Samtala.Plugins.Moody;

/// <summary>Starts, fails to start, or never gets done with it.</summary>
public sealed class MoodyPlugin : IPlugin
{
    /// <inheritdoc/>
    public void Configure(IServiceCollection services) => services.AddSingleton<Mood>();

    /// <inheritdoc/>
    public async Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var mood = services.GetRequiredService<Mood>();
        services.GetRequiredService<ILogger<MoodyPlugin>>().LogInformation("Its mood is {Mood}", mood.Name);
        if (mood.Is("fails-at-start"))
            throw new MoodException("I do not want to start.");
        if (mood.Is("hangs-at-start"))
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        var count = await services.GetRequiredService<INode>().State.GetAsync("starts", cancellationToken);
        var starts = 1 + (count is null ? 0
            : int.Parse(Encoding.UTF8.GetString(count.Value.Span), CultureInfo.InvariantCulture));
        var value = Encoding.UTF8.GetBytes(starts.ToString(CultureInfo.InvariantCulture));
        await services.GetRequiredService<INode>()
            .State.CommitAsync([new StateWrite("starts", value)], cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>An exception only this plugin knows.</summary>
public sealed class MoodException(string message) : Exception(message);

/// <summary>What the settings say.</summary>
/// <param name="node">Has the settings.</param>
public sealed class Mood(INode node)
{
    /// <summary>The settings.</summary>
    public string Name => node.Info.Settings;

    /// <summary>Whether it is this one.</summary>
    /// <param name="mood">One of those of the tests.</param>
    public bool Is(string mood) => Name.Contains($"\"{mood}\"", StringComparison.Ordinal);
}

/// <summary>Fails after a minute when it is in that mood.</summary>
internal sealed class MoodyWorker(Mood mood, TimeProvider time) : IWorker
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!mood.Is("worker-fails"))
            return;
        await Task.Delay(TimeSpan.FromMinutes(1), time, cancellationToken);
        throw new MoodException("I have had enough.");
    }
}

/// <summary>Tells which version of its private dependency it got; waits for ever below /moody/wait.</summary>
internal sealed class MoodyPage : IRawHandler
{
    public async ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken)
    {
        if (request.Path == "/moody/wait")
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        if (request.Path == "/moody/throw")
            throw new MoodException("Not this one.");
        var text = $"{typeof(NuGetVersion).Assembly.GetName().Version} {NuGetVersion.Parse("1.2.3").Major}";
        return new RawReply(200, [], new Content.Inline(Encoding.UTF8.GetBytes(text)));
    }
}
