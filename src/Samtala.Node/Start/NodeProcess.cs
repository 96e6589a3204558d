using System.Text.Json;
using Microsoft.Extensions.Logging;
using Samtala.Crypto;
using Samtala.Gateway;
using Samtala.Node.Cli;
using Samtala.Node.Client;
using Samtala.Node.Errors;
using Samtala.PluginPackages;
using Samtala.Storage;

namespace Samtala.Node.Start;

/// <summary>Runs a node until it is told to stop, and stops it in time.</summary>
internal static class NodeProcess
{
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(4.5);

    /// <returns>0 after a clean stop.</returns>
    /// <exception cref="CliException">The node could not start; the message says why.</exception>
    public static async Task<int> RunAsync(
        StartOptions options, CliContext context, CancellationToken cancellationToken)
    {
        NativeMemory.Limit();
        var time = TimeProvider.System;
        using var logs = StandardErrorLog.Factory(context.Error, time, context.Environment);
        var log = logs.CreateLogger("Samtala.Node");
        foreach (var (flag, value) in options.NotYet)
        {
            log.LogInformation(
                "{Flag} {Value} is accepted, but this version does not find peers by itself yet.", flag, value);
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var node = await StartAsync(options, logs, time, stopping);
        context.Out.WriteLine(options.Form == OutputForm.Table ? ReadyText(node) : ReadyJson(node));
        context.Out.Flush();
        await UntilAsync(stopping.Token);
        log.LogInformation("Stopping.");
        RunFile.Delete(options.Data);
        try
        {
            await node.DisposeAsync().AsTask().WaitAsync(s_stopLimit, time, CancellationToken.None);
            return 0;
        }
        catch (TimeoutException)
        {
            // Nothing acknowledged is lost by this; waiting longer would only make somebody use kill -9.
            log.LogWarning("Something did not stop within {Limit}; ending without it.", s_stopLimit);
            return 0;
        }
    }

    private static async Task<RunningNode> StartAsync(
        StartOptions options, ILoggerFactory logs, TimeProvider time, CancellationTokenSource stopping)
    {
        try
        {
            return await RunningNode.StartAsync(options, logs, time, stopping.Cancel, stopping.Token);
        }
        catch (SodiumMissingException e)
        {
            throw new CliException(
                SodiumMissingException.Code, Without(SodiumMissingException.Code, e.Message), inner: e);
        }
        catch (GatewayException e)
        {
            throw new CliException(e.Code, e.Message, inner: e);
        }
        catch (PluginException e)
        {
            throw new CliException(e.Code, e.Message, inner: e);
        }
        catch (StoreException e)
        {
            var fix = RunFile.TryRead(options.Data) is { } other
                ? $"process {other.Pid} holds it; stop it: samtala stop --data {options.Data}" : "";
            throw new CliException("SAM0113", "the node cannot start", options.Data, e.Message, fix, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException("SAM0114", "the node cannot start", options.Data, e.Message, "", e);
        }
    }

    private static string Without(string code, string message) =>
        message.StartsWith(code, StringComparison.Ordinal) ? message[(code.Length + 1)..].Trim() : message;

    private static string ReadyText(RunningNode node) =>
        $"ready: {node.Facts.Http}  (dashboard, once: {node.Login})";

    private static string ReadyJson(RunningNode node)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("event", "ready");
            json.WriteString("http", node.Facts.Http);
            json.WriteString("grpc", node.Facts.Grpc);
            json.WriteString("socket", node.Facts.Socket);
            json.WriteString("listen", node.Facts.Listen);
            json.WriteString("dht", "");
            json.WriteString("device", node.Facts.Device);
            json.WriteString("identity", "");
            json.WriteString("login", node.Login);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static async Task UntilAsync(CancellationToken stopping)
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(() => told.TrySetResult());
        await told.Task;
    }
}
