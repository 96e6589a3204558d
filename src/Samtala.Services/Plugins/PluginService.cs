using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Kernel;
using Samtala.Node.V1;
using Samtala.PluginPackages;

namespace Samtala.Services.Plugins;

/// <summary>Plugins: what is installed, what it may do, how it is. See proto/samtala/node/v1/plugin.proto.</summary>
public sealed class PluginService : Samtala.Node.V1.PluginService.PluginServiceBase
{
    private const string NamePrefix = "plugins/";
    private readonly PluginCatalog _plugins;

    /// <summary>Serves a catalogue.</summary>
    /// <param name="plugins">Owned by the caller.</param>
    public PluginService(PluginCatalog plugins) => _plugins = plugins;

    /// <inheritdoc/>
    public override Task<ListPluginsResponse> ListPlugins(ListPluginsRequest request, ServerCallContext context)
    {
        var size = Paging.Size(request.PageSize);
        var after = System.Text.Encoding.UTF8.GetString(Paging.After(request.PageToken));
        var rest = _plugins.List().Where(p => string.CompareOrdinal(p.Id, after) > 0).ToList();
        ListPluginsResponse response = new() { Plugins = { rest.Take(size).Select(PluginText.Describe) } };
        if (rest.Count > size)
            response.NextPageToken = Paging.Token(System.Text.Encoding.UTF8.GetBytes(rest[size - 1].Id));
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override Task<Plugin> GetPlugin(GetPluginRequest request, ServerCallContext context)
    {
        var id = IdOf(request.Name);
        return Task.FromResult(PluginText.Describe(_plugins.Find(id) ?? throw NotFound(id)));
    }

    /// <inheritdoc/>
    public override Task<Plugin> InstallPlugin(InstallPluginRequest request, ServerCallContext context) =>
        TryAsync(async () =>
    {
        if (!Path.IsPathFullyQualified(request.Path))
        {
            throw ServiceError.Invalid(
                "SAM0910", "path", "Write an absolute path of a folder or .nupkg on the node's machine.");
        }

        if (request.ValidateOnly)
            return PluginText.Describe(await _plugins.PlanAsync(request.Path, context.CancellationToken));
        return PluginText.Describe(
            await _plugins.InstallAsync(request.Path, [.. request.Grants], context.CancellationToken));
    });

    /// <inheritdoc/>
    public override Task<Empty> RemovePlugin(RemovePluginRequest request, ServerCallContext context) =>
        TryAsync(async () =>
    {
        await _plugins.RemoveAsync(IdOf(request.Name), request.KeepData, context.CancellationToken);
        return new Empty();
    });

    /// <inheritdoc/>
    public override Task<Plugin> EnablePlugin(EnablePluginRequest request, ServerCallContext context) =>
        TryAsync(async () =>
        PluginText.Describe(
            await _plugins.EnableAsync(IdOf(request.Name), [.. request.Grants], context.CancellationToken)));

    /// <inheritdoc/>
    public override Task<Plugin> DisablePlugin(DisablePluginRequest request, ServerCallContext context) =>
        TryAsync(async () =>
        PluginText.Describe(await _plugins.DisableAsync(IdOf(request.Name), context.CancellationToken)));

    /// <inheritdoc/>
    public override Task<Plugin> ReloadPlugin(ReloadPluginRequest request, ServerCallContext context) =>
        TryAsync(async () =>
        PluginText.Describe(await _plugins.ReloadAsync(IdOf(request.Name), context.CancellationToken)));

    /// <inheritdoc/>
    public override Task StreamPluginLogs(
        StreamPluginLogsRequest request,
        IServerStreamWriter<Samtala.Node.V1.PluginLogLine> responseStream,
        ServerCallContext context) => TryAsync(async () =>
    {
        var cancel = context.CancellationToken;
        await foreach (var line in _plugins.ReadLogsAsync(IdOf(request.Name), request.Follow, cancel))
        {
            await responseStream.WriteAsync(
                new()
                {
                    Time = Timestamp.FromDateTimeOffset(line.Time),
                    Level = PluginText.LevelOf(line.Level),
                    Message = line.Message,
                },
                cancel);
        }

        return true;
    });

    private static async Task<T> TryAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (PluginException e)
        {
            var (status, reason) = e.Failure switch
            {
                PluginFailure.NotFound => (StatusCode.NotFound, "PLUGIN_NOT_FOUND"),
                PluginFailure.Refused => (StatusCode.FailedPrecondition, "PLUGIN_REFUSED"),
                PluginFailure.Unavailable => (StatusCode.Unavailable, "PLUGIN_UNAVAILABLE"),
                _ => (StatusCode.InvalidArgument, "PLUGIN_INVALID"),
            };
            throw ServiceError.Make(status, e.Code, reason, e.Message);
        }
    }

    private static string IdOf(string name) =>
        name.StartsWith(NamePrefix, StringComparison.Ordinal) && name.Length > NamePrefix.Length
            ? name[NamePrefix.Length..]
            : throw ServiceError.Invalid("SAM0911", "name", "Write plugins/{id}, such as plugins/registry.");

    private static RpcException NotFound(string id) => ServiceError.Make(
        StatusCode.NotFound, "SAM0207", "PLUGIN_NOT_FOUND", $"There is no plugin '{id}'. See: samtala plugin list");
}
