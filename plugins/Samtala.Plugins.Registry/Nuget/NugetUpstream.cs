using System.Text.Json;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>Where a NuGet upstream keeps what, as its service index says.</summary>
internal sealed class NugetUpstream(Upstream upstream, Shelf shelf, TimeProvider time) : IDisposable
{
    private const string Key = "nuget/service";
    private static readonly TimeSpan s_period = TimeSpan.FromHours(1);
    private readonly SemaphoreSlim _gate = new(1);
    private (Uri Index, NugetResources Resources, long At)? _known;

    /// <summary>Finds the resources; the last known ones when the upstream does not answer.</summary>
    /// <exception cref="MirrorException">There is no upstream, or it never answered usefully.</exception>
    public async ValueTask<NugetResources> FindAsync(string what, CancellationToken cancellationToken)
    {
        var index = await upstream.FindAsync(what, cancellationToken);
        if (Fresh(index) is { } fresh)
            return fresh;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return Fresh(index) ?? await FetchAsync(index, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private NugetResources? Fresh(Uri index) =>
        _known is { } known && known.Index == index && time.GetElapsedTime(known.At) < s_period
            ? known.Resources : null;

    private async ValueTask<NugetResources> FetchAsync(Uri index, CancellationToken cancellationToken)
    {
        try
        {
            var fetched = await upstream.FetchDocumentAsync(
                "the upstream's service index", index, "", "application/json", cancellationToken);
            var resources = fetched.Status == 200 && fetched.Blob is null
                ? Read(index, fetched.Bytes) : null;
            if (resources is null)
            {
                throw MirrorException.BadAnswer(
                    "the upstream's service index", index.Host, "it names no PackageBaseAddress/3.0.0");
            }

            await shelf.PutAsync(Key, resources, RegistryJson.Default.NugetResources, cancellationToken);
            _known = (index, resources, time.GetTimestamp());
            return resources;
        }
        catch (MirrorException)
        {
            var kept = await shelf.FindAsync(Key, RegistryJson.Default.NugetResources, cancellationToken);
            if (kept is not null && kept.Index == index.AbsoluteUri)
                return kept;
            throw;
        }
    }

    private static NugetResources? Read(Uri index, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var all = document.RootElement.GetProperty("resources").EnumerateArray()
                .Select(r => (
                    Type: r.GetProperty("@type").GetString() ?? "",
                    Id: r.GetProperty("@id").GetString() ?? ""))
                .ToList();
            var flat = Find(all, "PackageBaseAddress/3.0.0");
            var registration = Find(all, "RegistrationsBaseUrl/3.6.0") ?? Find(all, "RegistrationsBaseUrl/Versioned")
                ?? Find(all, "RegistrationsBaseUrl/3.4.0") ?? Find(all, "RegistrationsBaseUrl");
            return flat is null ? null : new NugetResources(index.AbsoluteUri, flat, registration ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Find(IEnumerable<(string Type, string Id)> all, string type) =>
        all.Where(r => r.Type == type).Select(r => Ecosystem.ReadAddress(r.Id)?.AbsoluteUri.TrimEnd('/') + "/")
            .FirstOrDefault(id => id != "/");
}

/// <summary>Where a NuGet upstream keeps what; each ends in '/'.</summary>
/// <param name="Index">Of which service index.</param>
/// <param name="Flat">Packages and versions.</param>
/// <param name="Registration">Registrations; empty when it has none.</param>
internal sealed record NugetResources(string Index, string Flat, string Registration);
