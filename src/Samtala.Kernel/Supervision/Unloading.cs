namespace Samtala.Kernel;

/// <summary>Makes sure that unloaded code is really gone.</summary>
internal static class Unloading
{
    /// <summary>Collects until the context is dead.</summary>
    /// <returns>False when something still refers to the plugin's code.</returns>
    public static async Task<bool> CollectAsync(WeakReference context)
    {
        for (var i = 0; i < 8 && context.IsAlive; i++)
        {
            // Lets finished state machines leave the stack of this thread first.
            await Task.Yield();
#pragma warning disable RS0030 // the one place that may: unloading is only done when the collector says so
            GC.Collect();
#pragma warning restore RS0030
            GC.WaitForPendingFinalizers();
        }

        return !context.IsAlive;
    }
}
