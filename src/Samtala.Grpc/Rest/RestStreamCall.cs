using System.Buffers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;

namespace Samtala.Grpc.Rest;

/// <summary>A stream of responses as server-sent events or as lines of JSON.</summary>
#pragma warning disable CA1001 // the timer is disposed at the end of the call; the semaphore holds no handle
internal sealed class RestStreamCall : RestCall
#pragma warning restore CA1001
{
    /// <summary>How long errors may still become an HTTP status before the response is opened without a message.
    /// </summary>
    public static readonly TimeSpan OpenDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>How often an idle stream of events shows that it lives.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private static readonly byte[] s_heartbeat = ": \n\n"u8.ToArray();
    private readonly bool _isEvents;
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ITimer _heartbeat;
    private bool _opened;
    private bool _ended;

    public RestStreamCall(
        RouteMatch match, RestExchange exchange, IMessage request, bool isEvents, TimeProvider time)
        : base(match, exchange, request, time)
    {
        _isEvents = isEvents;
        _heartbeat = time.CreateTimer(
            static s => _ = ((RestStreamCall)s!).BeatAsync(), this, OpenDelay, HeartbeatInterval);
    }

    protected override void WriteMessage<T>(T message, Marshaller<T> marshaller)
    {
        var response = (IMessage)(object)message;
        lock (_gate)
        {
            if (_isEvents && TextField(response, "resume_token") is { Length: > 0 } id && IsOneLine(id))
                Encoding.UTF8.GetBytes($"id: {id}\n", _pending);
            if (_isEvents)
                _pending.Write("data: "u8);
            WriteJson(_pending, response);
            _pending.Write(_isEvents ? "\n\n"u8 : "\n"u8);
        }
    }

    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var token = Heed(cancellationToken, out var owned);
        using (owned)
        {
            await _turn.WaitAsync(token);
            try
            {
                await SendAsync(token);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    protected override async Task EndAsync(Status status, Metadata? trailers, bool early)
    {
        await _heartbeat.DisposeAsync();
        if (Exchange.Aborted.IsCancellationRequested)
            return;
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            _ended = true;
            if (!_opened && _pending.WrittenCount == 0 && status.StatusCode != StatusCode.OK)
            {
                await WriteProblemAsync(status, trailers);
            }
            else
            {
                if (status.StatusCode != StatusCode.OK)
                    EnqueueProblem(Problem.From(status, trailers));
                await SendAsync(Exchange.Aborted);
            }
        }
        finally
        {
            _turn.Release();
        }

        if (early)
            await Exchange.CompleteAsync();
    }

    private static bool IsOneLine(string text) => !text.AsSpan().ContainsAny("\r\n\0");

    private void Enqueue(string text)
    {
        lock (_gate)
            Encoding.UTF8.GetBytes(text, _pending);
    }

    private void EnqueueProblem(Problem problem)
    {
        var json = Encoding.UTF8.GetString(problem.ToJson(Exchange.Path, Exchange.TraceId));
        Enqueue(_isEvents ? $"event: error\ndata: {json}\n\n" : $"{{\"error\":{json}}}\n");
    }

    /// <summary>Sends what is pending; opens the response first. Needs the turn.</summary>
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (!_opened)
        {
            _opened = true;
            Exchange.SetStatus(200);
            Exchange.SetHeader("Content-Type", _isEvents ? "text/event-stream" : "application/x-ndjson");
            Exchange.SetHeader("Cache-Control", "no-store");
            Exchange.SetHeader("X-Accel-Buffering", "no");
            await Exchange.StartAsync();
        }

        lock (_gate)
        {
            Exchange.Output.Write(_pending.WrittenSpan);
            _pending.ResetWrittenCount();
        }

        var result = await Exchange.Output.FlushAsync(cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
            throw new OperationCanceledException("The caller left.", Exchange.Aborted);
    }

    private async Task BeatAsync()
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, CancellationToken.None))
            return;
        try
        {
            if (_ended || Exchange.Aborted.IsCancellationRequested)
                return;
            lock (_gate)
            {
                if (_isEvents)
                    _pending.Write(s_heartbeat);
            }

            await SendAsync(Exchange.Aborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The caller left; the call learns it by itself.
        }
        finally
        {
            _turn.Release();
        }
    }
}
