using System.Net;
using System.Net.Sockets;
using Samtala.Abstractions;

namespace Samtala.Fetch;

/// <summary>
/// Makes the connections of one connection pool: resolve, refuse what the rules refuse, connect to that very address.
/// A pool for trusted authorities is apart, so that its connections are never reused for anybody else.
/// </summary>
internal sealed class GuardedConnector(IDialer dialer, bool isTrusted)
{
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(5);

    public async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var proxied = IsProxy(context);
        var addresses = await dialer.ResolveAsync(target.Host, cancellationToken);
        var allowed = addresses.Where(a => proxied || AddressRules.Allows(a, isTrusted)).ToArray();
        if (allowed.Length == 0)
        {
            throw new FetchException(
                FetchFailure.Refused,
                addresses.Count == 0
                    ? $"{target.Host} has no address."
                    : $"{target.Host} is at {addresses[0]}, which is not public. Plugins reach such servers only "
                        + "when you configured exactly this host and port and gave the grant fetch:private.");
        }

        Exception? last = null;
        for (var i = 0; i < allowed.Length; i++)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (i < allowed.Length - 1)
                attempt.CancelAfter(s_attempt);
            try
            {
                return await dialer.ConnectAsync(new IPEndPoint(allowed[i], target.Port), attempt.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                last = e;
            }
        }

        throw new FetchException(
            FetchFailure.Unreachable, $"{target.Host}:{target.Port} does not answer: {last!.Message}", last);
    }

    /// <summary>Whether the owner's environment sends this request through a proxy, which then is what we
    /// dial.</summary>
    private static bool IsProxy(SocketsHttpConnectionContext context) =>
        context.InitialRequestMessage.RequestUri is { } uri
        && HttpClient.DefaultProxy.GetProxy(uri) is { } proxy && !HttpClient.DefaultProxy.IsBypassed(uri)
        && string.Equals(proxy.IdnHost, context.DnsEndPoint.Host, StringComparison.OrdinalIgnoreCase)
        && proxy.Port == context.DnsEndPoint.Port;
}
