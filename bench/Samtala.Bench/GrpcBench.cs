using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Samtala.Gateway.Grpc;
using Samtala.Grpc.Client;
using Samtala.Grpc.Server;
using Samtala.Grpc.Standard;
using Samtala.Grpc.Wire;
using HealthClient = Grpc.Health.V1.Health.HealthClient;
using HealthRequest = Grpc.Health.V1.HealthCheckRequest;

namespace Samtala.Bench;

/// <summary>gRPC on Kestrel, client and server in this process, against a constant answer of Kestrel with the same
/// HTTP client, the same bytes and the same HTTP/2, in turns in the same run.</summary>
internal static class GrpcBench
{
    public const string Usage = "grpc unary|stream [--calls 5000] [--runs 7]";

    /// <summary>The framed answer of the health service: what the constant endpoint says.</summary>
    private static readonly byte[] s_constant = [0, 0, 0, 0, 2, 8, 1];

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        if (arguments.Case is not ("unary" or "stream"))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var app = Build();
        await app.StartAsync(CancellationToken.None);
        var address = app.Urls.First();
        using var channel = SamtalaChannel.ForAddress(address);
        using var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        using var http = new HttpMessageInvoker(handler);
        var runs = arguments.Get("runs", 7);
        var calls = arguments.Get("calls", 5000);
        if (arguments.Case is "unary")
            await UnaryAsync(new HealthClient(channel), http, new Uri(address + "/constant"), (runs, calls));
        else
            await StreamAsync(new ServerReflection.ServerReflectionClient(channel), (runs, calls));
        await app.StopAsync(CancellationToken.None);
        return 0;
    }

    private static async Task UnaryAsync(
        HealthClient client, HttpMessageInvoker http, Uri constant, (int Runs, int Calls) size)
    {
        var request = new HealthRequest();
        async Task CallAsync()
        {
            using var call = client.CheckAsync(request);
            await call;
        }

        async Task AskAsync()
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, constant)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(s_constant),
            };
            using var response = await http.SendAsync(message, CancellationToken.None);
            await response.Content.ReadAsByteArrayAsync();
        }

        for (var warm = 0; warm < 3; warm++)
            _ = (await MedianAsync(AskAsync, size.Calls), await MedianAsync(CallAsync, size.Calls));
        List<double> constants = [];
        List<double> unary = [];
        for (var run = 0; run < size.Runs; run++)
        {
            constants.Add(await MedianAsync(AskAsync, size.Calls));
            unary.Add(await MedianAsync(CallAsync, size.Calls));
        }

        double[] ratios = [.. unary.Zip(constants, (u, c) => u / c).Order()];
        BenchLine.Write("grpc", "constant p50", "us", constants);
        BenchLine.Write("grpc", "unary p50", "us", unary, ("ratio", Math.Round(ratios[ratios.Length / 2], 3)));
    }

    private static async Task StreamAsync(ServerReflection.ServerReflectionClient client, (int Runs, int Calls) size)
    {
        var question = new ServerReflectionRequest { FileByFilename = "none" };
        List<double> rates = [];
        for (var run = -1; run < size.Runs; run++)
        {
            using var call = client.ServerReflectionInfo();
            var started = Stopwatch.GetTimestamp();
            var writing = Task.Run(async () =>
            {
                for (var i = 0; i < size.Calls; i++)
                    await call.RequestStream.WriteAsync(question);
                await call.RequestStream.CompleteAsync();
            });
            var read = 0;
            while (await call.ResponseStream.MoveNext())
                read++;
            await writing;
            if (run >= 0)
                rates.Add(read / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        BenchLine.Write("grpc", "messages each way", "/s", rates);
    }

    private static async Task<double> MedianAsync(Func<Task> call, int calls)
    {
        var times = new double[calls];
        for (var i = 0; i < calls; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await call();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        return times[calls / 2];
    }

    private static WebApplication Build()
    {
        var registry = new ServiceRegistry();
        registry.Add("bench", new HealthService(registry), new ReflectionService(registry));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.UseSamtalaGrpc(new GrpcEndpoint(registry, null, GrpcLimits.Default, TimeProvider.System));
        app.Run(AnswerAsync);
        return app;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        // Reads the request as a gRPC call does; unread requests would be reset and cost more.
        while (true)
        {
            var result = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            context.Request.BodyReader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                break;
        }

        context.Response.ContentLength = s_constant.Length;
        await context.Response.BodyWriter.WriteAsync(s_constant, context.RequestAborted);
    }
}
