using Grpc.Core;
using Samtala.Hello.V1;

namespace Samtala.Plugins.Hello;

/// <summary>Translates requests into the app's words and back; no logic.</summary>
internal sealed class GreetingServer : GreetingService.GreetingServiceBase
{
    private const int PersonSizeMax = 64;
    private readonly Greetings _greetings;

    public GreetingServer(Greetings greetings) => _greetings = greetings;

    /// <inheritdoc/>
    public override Task<Greeting> Greet(GreetRequest request, ServerCallContext context)
    {
        if (request.Person.Length is 0 or > PersonSizeMax)
        {
            throw new RpcException(new Status(
                StatusCode.InvalidArgument, $"person: 1 to {PersonSizeMax} characters, not {request.Person.Length}."));
        }

        return _greetings.GreetAsync(request.Person, request.Manner, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ListGreetingsResponse> ListGreetings(
        ListGreetingsRequest request, ServerCallContext context)
    {
        var limit = request.PageSize == 0 ? 50 : Math.Clamp(request.PageSize, 1, 100);
        var page = await _greetings.ListAsync(request.PageToken, limit, context.CancellationToken);
        return new ListGreetingsResponse
        {
            Greetings = { page },
            NextPageToken = page.Count == limit ? page[^1].Person : "",
        };
    }

    /// <inheritdoc/>
    public override async Task WatchGreetings(
        WatchGreetingsRequest request, IServerStreamWriter<Greeting> responseStream, ServerCallContext context)
    {
        await foreach (var greeting in _greetings.WatchAsync(context.CancellationToken))
            await responseStream.WriteAsync(greeting, context.CancellationToken);
    }
}
