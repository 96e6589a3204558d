using Samtala.Plugins.Registry.Json;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>A form in which a document is sent.</summary>
/// <param name="Kind">Names it in records.</param>
/// <param name="Accept">The media type that asks for it; empty for the form that all others get.</param>
/// <param name="ContentType">As sent.</param>
/// <param name="Open">Makes the walker that writes it. Given is what links of the source begin with; empty when the
/// source is as the upstream sent it.</param>
internal sealed record DocumentForm(string Kind, string Accept, string ContentType, Func<string, JsonWalker> Open);

/// <summary>A walker that replaces what links begin with.</summary>
internal interface ILinkWalker
{
    /// <summary>What all the upstream's links began with; null when there was none.</summary>
    string? Prefix { get; }

    /// <summary>The upstream's links cannot be made again from <see cref="Prefix"/>.</summary>
    bool IsLossy { get; }
}

/// <summary>What a client asked a mirror for.</summary>
internal sealed record DocumentRequest
{
    /// <summary>For people: <c>ms</c>.</summary>
    public required string What { get; init; }

    /// <summary>Key of the record.</summary>
    public required string Key { get; init; }

    /// <summary>Where the answer is published.</summary>
    public required string Path { get; init; }

    /// <summary>For whom the answer is published; empty for all.</summary>
    public required string Authority { get; init; }

    /// <summary>What links begin with in the answer.</summary>
    public required string LinkBase { get; init; }

    /// <summary>What links begin with in a document of a followed mirror; empty when it has none.</summary>
    public required string NeutralBase { get; init; }

    /// <summary>Where the upstream has it.</summary>
    public required Func<CancellationToken, ValueTask<Uri>> Locate { get; init; }

    /// <summary>What the upstream is asked for.</summary>
    public string UpstreamAccept { get; init; } = "application/json";

    /// <summary>The first form is made at once and is the source of the others.</summary>
    public required IReadOnlyList<DocumentForm> Forms { get; init; }

    /// <summary>The form the client wants.</summary>
    public required DocumentForm Wanted { get; init; }

    /// <summary>An old answer was served; a new one may be fetched.</summary>
    public required bool IsRefresh { get; init; }
}
