using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;
using Samtala.Testing;

namespace Samtala.Services.Tests;

/// <summary>Services on a simulated store, called as a client calls them: every message is serialised.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly ServiceRegistry _registry = new();
    private readonly Random _seeded = new(1);

    public World(SimDisk? disk = null) => Store = new SimStore(disk ?? new SimDisk(), _seeded, Clock);

    public HandClock Clock { get; } = new();

    public RandomNumberGenerator Random { get; } = RandomNumberGenerator.Create();

    public SimStore Store { get; }

    /// <summary>Serves something.</summary>
    public void Serve(object service) => _registry.Add("node", service);

    /// <summary>A way to call, as somebody with the given scopes; none is nobody.</summary>
    public CallInvoker As(params string[] scopes)
    {
        AuthContext? auth = null;
        if (scopes.Length > 0)
        {
            auth = new AuthContext("principal", new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal)
            {
                ["principal"] = [AuthProperty.Create("principal", "tester"u8.ToArray())],
                ["scope"] = [.. scopes.Select(s => AuthProperty.Create("scope", Encoding.UTF8.GetBytes(s)))],
            });
        }

        return new InProcessChannel(_registry, TimeProvider.System, auth).CreateCallInvoker();
    }

    /// <summary>The error a call ends with: its status and its code.</summary>
    public static async Task<(StatusCode Status, string Code)> ErrorOf(Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RpcException>(call);
        var info = e.GetRpcStatus()!.Details.Select(d => d.TryUnpack<Google.Rpc.ErrorInfo>(out var i) ? i : null).First(
            i => i is not null);
        Assert.Equal("samtala", info!.Domain);
        Assert.NotEmpty(info.Reason);
        return (e.StatusCode, info.Metadata["code"]);
    }

    public async ValueTask DisposeAsync()
    {
        Random.Dispose();
        await Store.DisposeAsync();
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class HandClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
