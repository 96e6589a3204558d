using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Grpc.Wire;
using Samtala.Test.V1;

namespace Samtala.Grpc.Tests;

/// <summary>The service of echo.proto, shared with the interop tests.</summary>
internal sealed class EchoService(TimeProvider time) : Echo.EchoBase
{
    public override async Task<EchoResponse> Say(EchoRequest request, ServerCallContext context)
    {
        foreach (var entry in context.RequestHeaders.Where(e => e.Key.StartsWith("echo-", StringComparison.Ordinal)))
            context.ResponseTrailers.Add(entry);
        if (context.RequestHeaders.GetValue("want-headers") is { } wanted)
            await context.WriteResponseHeadersAsync(new Metadata { { "got-headers", wanted } });
        if (request.Wait is { } wait)
            await Task.Delay(wait.ToTimeSpan(), time, context.CancellationToken);
        return Answer(request, 0);
    }

    public override Task<Empty> Fail(FailRequest request, ServerCallContext context)
    {
        if (request.Crash)
            throw new InvalidOperationException("The handler has a defect.");
        if (request.Field.Length > 0)
            throw RichStatus.BadField(request.Field, request.Message);
        if (request.Reason.Length > 0)
            throw RichStatus.Error((StatusCode)request.Code, request.Reason, request.Message, "SAM0999");
        throw new RpcException(new Status((StatusCode)request.Code, request.Message));
    }

    public override async Task<EchoResponse> Collect(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var all = new EchoResponse();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            all.Text += requestStream.Current.Text;
            all.Index++;
        }

        return all;
    }

    public override async Task Repeat(
        EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        var first = request.ResumeToken.Length == 0
            ? 0
            : int.Parse(request.ResumeToken, System.Globalization.CultureInfo.InvariantCulture) + 1;
        for (var i = first; i < Math.Max(1, request.Count); i++)
        {
            if (request.Wait is { } wait)
                await Task.Delay(wait.ToTimeSpan(), time, context.CancellationToken);
            await responseStream.WriteAsync(Answer(request, i), context.CancellationToken);
        }
    }

    public override async Task Chat(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoResponse> responseStream,
        ServerCallContext context)
    {
        var index = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(Answer(request, index++), context.CancellationToken);
    }

    private static EchoResponse Answer(EchoRequest request, int index) => new()
    {
        Text = request.Text,
        Index = index,
        Request = request,
        ResumeToken = index.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Nested = request.Nested,
        Etag = $"e{index}",
    };
}
