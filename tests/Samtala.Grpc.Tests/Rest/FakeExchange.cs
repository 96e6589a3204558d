using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Grpc.Core;
using Samtala.Grpc.Rest;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Tests.Rest;

/// <summary>A request in memory that remembers its answer.</summary>
#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose
internal sealed class FakeExchange : RestExchange
#pragma warning restore CA1001
{
    private readonly Dictionary<string, string> _request = new(StringComparer.OrdinalIgnoreCase);
    private readonly Pipe _body = new();
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly CancellationTokenSource _left = new();

    public FakeExchange(string method, string target, string? json = null)
    {
        var parts = target.Split('?', 2);
        (HttpMethod, Path, Query) = (method, parts[0], parts.Length > 1 ? parts[1] : "");
        HasBody = json is not null;
        if (json is not null)
        {
            _request["Content-Type"] = "application/json";
            _body.Writer.Write(Encoding.UTF8.GetBytes(json));
        }

        _body.Writer.Complete();
    }

    public override string HttpMethod { get; }

    public override string Path { get; }

    public override string Query { get; }

    public override bool HasBody { get; }

    public override PipeReader Body => _body.Reader;

    public override string TraceId => "trace1";

    public override string Host => "localhost";

    public override string Peer => "test";

    public override AuthContext Auth { get; } = new(null, []);

    public override Metadata Headers { get; } = [];

    public override CancellationToken Aborted => _left.Token;

    public override PipeWriter Output => _output.Writer;

    public int Status { get; private set; }

    public bool Started { get; private set; }

    public Dictionary<string, string> Answer { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Status? Refusal { get; init; }

    public FakeExchange With(string name, string value)
    {
        _request[name] = value;
        return this;
    }

    public void Leave() => _left.Cancel();

    public override string? GetHeader(string name) => _request.GetValueOrDefault(name);

    public override void SetStatus(int status) => Status = status;

    public override void SetHeader(string name, string value)
    {
        Assert.False(Started, "headers after the start");
        Answer[name] = value;
    }

    public override Task StartAsync()
    {
        Started = true;
        return Task.CompletedTask;
    }

    public override Task CompleteAsync() => _output.Writer.CompleteAsync().AsTask();

    public override ValueTask<Status?> AuthorizeAsync(RpcMethod method) => new(Refusal);

    public async Task<string> ReadAllAsync()
    {
        await _output.Writer.CompleteAsync();
        using var reader = new StreamReader(_output.Reader.AsStream());
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async Task<string> ReadSomeAsync()
    {
        var result = await _output.Reader.ReadAsync(TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(result.Buffer);
        _output.Reader.AdvanceTo(result.Buffer.End);
        return text;
    }
}
