using System.Text.Json.Nodes;
using Samtala.Interop.Peer;

Dictionary<string, Func<Flags, CancellationToken, Task<int>>> verbs = new(StringComparer.Ordinal)
{
    ["core-serve"] = CoreServe.RunAsync,
    ["core-replicate"] = CoreReplicate.RunAsync,
    ["bee-read"] = BeeRead.RunAsync,
    ["secret-tcp"] = SecretTcp.RunAsync,
};
if (args.Length == 0 || !verbs.TryGetValue(args[0], out var run))
{
    await Console.Error.WriteLineAsync(
        $"peer {string.Join('|', verbs.Keys)} [--name value ...]; see interop/hyper/README.md");
    return 2;
}

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    });
try
{
    return await run(new Flags(args.AsSpan(1)), stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (Exception e)
{
    Lines.Print(new JsonObject { ["ok"] = false, ["error"] = e.ToString() });
    return 1;
}
