using Samtala.Crypto;
using Samtala.Hypercore.Logs;
using Samtala.Hypercore.Manifests;

namespace Samtala.Hypercore.Corestores;

/// <summary>Opens the log a writer goes on with, so that it never forks by accident. Source: docs/hyperbee.md.
/// </summary>
public static class SpaceLogs
{
    /// <summary>Opens the newest incarnation of a log if its head is surely the newest, else the next one.</summary>
    /// <param name="logs">The store.</param>
    /// <param name="log">Which log; the search begins at its incarnation.</param>
    /// <param name="writer">The key of the writer; owned by the caller, must outlive the session.</param>
    /// <param name="spaceSecret">Null in a public space.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session the caller disposes, and which incarnation it is.</returns>
    /// <exception cref="ArgumentException">The key is not the writer's.</exception>
    public static async ValueTask<(Log Log, uint Incarnation)> OpenForWritingAsync(
        LogStore logs,
        SpaceLog log,
        SecretKey writer,
        SymmetricKey? spaceSecret,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(writer);
        if (writer.PublicKey != log.Writer)
            throw new ArgumentException("The key belongs to another writer.", nameof(writer));
        while (await ExistsAsync(logs, Next(log), spaceSecret, cancellationToken).ConfigureAwait(false))
            log = Next(log);
        while (true)
        {
            LogCreation creation = new()
            {
                Manifest = log.ToManifest(spaceSecret),
                SecretKey = writer,
                ForkPolicy = ForkPolicy.None,
            };
            Log opened = await logs.CreateAsync(creation, cancellationToken).ConfigureAwait(false);
            if (opened.IsWritable)
                return (opened, log.Incarnation);

            // Doubtful or frozen: it stays as it is, and what is missing at its end comes back from peers.
            await opened.DisposeAsync().ConfigureAwait(false);
            log = Next(log);
        }
    }

    private static SpaceLog Next(SpaceLog log) => log with { Incarnation = checked(log.Incarnation + 1) };

    private static async ValueTask<bool> ExistsAsync(
        LogStore logs, SpaceLog log, SymmetricKey? spaceSecret, CancellationToken cancellationToken)
    {
        Hash32 key = log.ToManifest(spaceSecret).ComputeKey();
        return await logs.FindByDiscoveryKeyAsync(Manifest.DiscoveryKey(key), cancellationToken)
            .ConfigureAwait(false) is not null;
    }
}
