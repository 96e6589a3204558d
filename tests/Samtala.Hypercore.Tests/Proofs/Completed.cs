namespace Samtala.Hypercore.Tests.Proofs;

/// <summary>The result of what must not have to wait.</summary>
internal static class Completed
{
    public static T Of<T>(ValueTask<T> task) => task.IsCompletedSuccessfully
        ? task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("Over nodes in memory nothing waits.");
}
