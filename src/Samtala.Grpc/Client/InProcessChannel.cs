using System.IO.Pipelines;
using Grpc.Core;
using Samtala.Grpc.Server;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Client;

/// <summary>Calls the services of a registry in this process. Every message is serialised both ways, so nothing but
/// bytes crosses: the loopback of plugin tests.</summary>
public sealed class InProcessChannel : ChannelBase
{
    private readonly ServiceRegistry _registry;
    private readonly AuthContext? _auth;
    private readonly GrpcLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Calls into <paramref name="registry"/>. No authorization takes place.</summary>
    /// <param name="registry">What can be called.</param>
    /// <param name="time">For deadlines, on both sides.</param>
    /// <param name="auth">Who handlers see as the caller; null: nobody.</param>
    /// <param name="limits">Sizes, for both sides; null: the defaults.</param>
    public InProcessChannel(
        ServiceRegistry registry, TimeProvider time, AuthContext? auth = null, GrpcLimits? limits = null)
        : base("inproc")
    {
        _registry = registry;
        _time = time;
        _auth = auth;
        _limits = limits ?? GrpcLimits.Default;
    }

    /// <inheritdoc />
    public override CallInvoker CreateCallInvoker() => new TransportCallInvoker(
        head => new InProcessTransport(_registry, head, _auth, _limits, _time), _limits, _time);
}

/// <summary>A call on two pipes in memory.</summary>
internal sealed class InProcessTransport(
    ServiceRegistry registry, ClientHead head, AuthContext? auth, GrpcLimits limits, TimeProvider time)
    : ClientTransport
{
    private readonly Pipe _requests = new(new PipeOptions(useSynchronizationContext: false));
#pragma warning disable CA2213 // without a timer it holds nothing to dispose, and the server's side still reads it
    private readonly CancellationTokenSource _left = new();
#pragma warning restore CA2213

    public override ValueTask<PipeWriter> RequestsAsync(CancellationToken cancellationToken) => new(_requests.Writer);

    public override async Task<ClientAnswer> StartAsync(
        ReadOnlyMemory<byte>? wholeRequest, CancellationToken cancellationToken)
    {
        if (!registry.Current.Methods.TryGetValue(head.Method, out var method))
            throw new RpcException(new Status(StatusCode.Unimplemented, $"There is no method {head.Method} here."));
        cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _left);
        var call = new InProcessServerCall(
            method, _requests.Reader, new Pipe(), (head, auth, _left.Token), (limits, time));
        _ = Task.Run(() => call.ServeAsync(registry, head.Timeout), CancellationToken.None);
        if (wholeRequest is { } whole)
        {
            _ = _requests.Writer.WriteAsync(whole, cancellationToken).AsTask();
            await _requests.Writer.CompleteAsync();
        }

        return await call.Answer.WaitAsync(cancellationToken);
    }

    public override void Dispose() => _left.Cancel();
}

/// <summary>The server's side of it.</summary>
internal sealed class InProcessServerCall : FramedServerCall
{
    private readonly TaskCompletionSource<ClientAnswer> _answer =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipeReader _requests;
    private readonly Pipe _responses;
    private readonly (ClientHead Head, AuthContext? Auth, CancellationToken Left) _caller;
    private (Status Status, Metadata Trailers) _outcome;

    public InProcessServerCall(
        RpcMethod method,
        PipeReader requests,
        Pipe responses,
        (ClientHead Head, AuthContext? Auth, CancellationToken Left) caller,
        (GrpcLimits Limits, TimeProvider Time) settings)
        : base(method, requests, responses.Writer, settings.Limits, settings.Time)
    {
        _requests = requests;
        _responses = responses;
        _caller = caller;
    }

    public Task<ClientAnswer> Answer => _answer.Task;

    protected override string HostCore => _caller.Head.Host ?? "localhost";

    protected override string PeerCore => "inproc";

    protected override Metadata RequestHeadersCore => _caller.Head.Headers ?? [];

    protected override AuthContext AuthContextCore => _caller.Auth ?? base.AuthContextCore;

    protected override CancellationToken TransportAborted => _caller.Left;

    public async Task ServeAsync(ServiceRegistry registry, TimeSpan? timeout)
    {
        await RunAsync(registry, timeout);
        await _requests.CompleteAsync();
        await _responses.Writer.CompleteAsync();
    }

    protected override Task SendHeadersAsync(Metadata? headers)
    {
        _answer.TrySetResult(new ClientAnswer(headers ?? [], _responses.Reader, () => _outcome));
        return Task.CompletedTask;
    }

    protected override async Task EndAsync(Status status, Metadata? trailers, bool early)
    {
        _outcome = (new Status(status.StatusCode, status.Detail), trailers ?? []);
        _answer.TrySetResult(new ClientAnswer([], _responses.Reader, () => _outcome));
        await _responses.Writer.CompleteAsync();
    }
}
