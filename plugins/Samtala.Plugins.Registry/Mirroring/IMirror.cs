using Samtala.Abstractions;

namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>A mirror of one ecosystem.</summary>
internal interface IMirror
{
    /// <summary>Its upstream.</summary>
    Upstream Upstream { get; }

    /// <summary>Media type of its errors.</summary>
    string ErrorType { get; }

    /// <summary>Answers a request that no published answer serves.</summary>
    /// <exception cref="MirrorException">What it answers instead.</exception>
    ValueTask<RawReply> HandleAsync(RawRequest request, CancellationToken cancellationToken);
}
