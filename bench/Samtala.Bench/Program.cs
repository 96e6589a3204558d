using Samtala.Bench;

// One area per file; each prints one JSON object per line.
Dictionary<string, Func<BenchArguments, Task<int>>> areas = new(StringComparer.Ordinal)
{
    ["bee"] = BeeBench.RunAsync,
    ["grpc"] = GrpcBench.RunAsync,
    ["log"] = LogBench.RunAsync,
    ["node"] = NodeBench.RunAsync,
    ["registry"] = RegistryBench.RunAsync,
    ["store"] = StoreBench.RunAsync,
};

if (args.Length > 0 && areas.TryGetValue(args[0], out var area))
    return await area(new BenchArguments(args[1..]));

await Console.Error.WriteLineAsync(
    $"usage: Samtala.Bench {string.Join('|', areas.Keys)} CASE [--flag value] [--output json]");
await Console.Error.WriteLineAsync(BeeBench.Usage);
await Console.Error.WriteLineAsync(GrpcBench.Usage);
await Console.Error.WriteLineAsync(LogBench.Usage);
await Console.Error.WriteLineAsync(NodeBench.Usage);
await Console.Error.WriteLineAsync(RegistryBench.Usage);
await Console.Error.WriteLineAsync(ReplicationBench.Usage);
await Console.Error.WriteLineAsync(StoreBench.Usage);
return 2;
