namespace Samtala.Kernel;

/// <summary>Makes sure that unloaded code is really gone.</summary>
internal static class Unloading
{
    private const int AttemptsMax = 20;

    /// <summary>Collects until the context is dead; at most a second and a half.</summary>
    /// <returns>False when something still refers to the plugin's code.</returns>
    public static async Task<bool> CollectAsync(WeakReference context)
    {
        for (var i = 0; i < AttemptsMax && context.IsAlive; i++)
        {
            // Lets finished calls leave the stacks of their threads. Real time: threads know no other.
            await Task.Delay(TimeSpan.FromMilliseconds(i * 7), TimeProvider.System, CancellationToken.None);
#pragma warning disable RS0030 // the one place that may: unloading is only done when the collector says so
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
#pragma warning restore RS0030
        }

        return !context.IsAlive;
    }
}
