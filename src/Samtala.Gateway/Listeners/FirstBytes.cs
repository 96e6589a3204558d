using System.Buffers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Samtala.Gateway.Listeners;

/// <summary>Waits for a connection's first bytes, not for ever, and on the Unix socket tells HTTP/2 from HTTP/1.1 by
/// them.</summary>
internal sealed class FirstBytes
{
    private readonly ConnectionDelegate _next;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly bool _isSocket;

    public FirstBytes(ConnectionDelegate next, TimeSpan timeout, TimeProvider time, bool isSocket)
    {
        _next = next;
        _timeout = timeout;
        _time = time;
        _isSocket = isSocket;
    }

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (_isSocket && !Admit(connection))
            return;
        if (await ReadAsync(connection) is not { } isHttp2)
            return;
        if (_isSocket)
        {
            var protocol = new Negotiated(isHttp2);
            connection.Features.Set<ITlsConnectionFeature>(protocol);
            connection.Features.Set<ITlsApplicationProtocolFeature>(protocol);
        }

        if (!isHttp2 && FileOutput.IsSupported && connection.Features.Get<IConnectionSocketFeature>() is { } socket)
        {
            var output = new FileOutput(connection.Transport.Output, socket.Socket);
            connection.Transport = new FileTransport(connection.Transport.Input, output);
            connection.Features.Set<IFileOutput>(output);
        }

        await _next(connection);
    }

    private static bool Admit(ConnectionContext connection)
    {
        var feature = connection.Features.Get<IConnectionSocketFeature>();
        var peer = feature is null ? null : SocketPeer.Admit(feature.Socket);
        if (peer is null)
            connection.Abort(new ConnectionAbortedException("Only the node's own user may use the socket."));
        else
            connection.Features.Set<ISocketPeerFeature>(peer);
        return peer is not null;
    }

    // The bytes are looked at, not consumed. Null: nothing came.
    private async Task<bool?> ReadAsync(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(either.Token);
                var verdict = result.Buffer.IsEmpty ? null : IsHttp2(result.Buffer);
                if (verdict is not null)
                {
                    input.AdvanceTo(result.Buffer.Start);
                    return verdict;
                }

                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (result.IsCompleted)
                    return null;
            }
        }
        catch (OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException("Nothing was sent in time."));
            return null;
        }
    }

    // "PR" is enough: no method of HTTP/1.1 that is served begins so.
    private static bool? IsHttp2(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var first))
            return null;
        if (first != (byte)'P')
            return false;
        return reader.TryRead(out var second) ? second == (byte)'R' : null;
    }

    // Kestrel chooses the protocol of an endpoint that speaks both by what TLS negotiated; here the first bytes did.
    private sealed class Negotiated : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        private readonly SslApplicationProtocol _protocol;

        public Negotiated(bool isHttp2) =>
            _protocol = isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11;

        public ReadOnlyMemory<byte> ApplicationProtocol => _protocol.Protocol;

        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
            Task.FromResult<X509Certificate2?>(null);
    }
}
