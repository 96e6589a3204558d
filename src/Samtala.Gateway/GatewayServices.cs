namespace Samtala.Gateway;

/// <summary>What the door needs of the node. The node adapts the kernel to these.</summary>
public sealed record GatewayServices
{
    /// <summary>Who a secret belongs to.</summary>
    public required ITokenAuthority Tokens { get; init; }

    /// <summary>The published answers.</summary>
    public required IAnswerSource Answers { get; init; }

    /// <summary>The plugins' raw handlers.</summary>
    public required IRawRouter Plugins { get; init; }

    /// <summary>The blobs.</summary>
    public required IBlobDoor Blobs { get; init; }

    /// <summary>What links stand for.</summary>
    public required ILinkTickets Links { get; init; }

    /// <summary>Where writes are recorded.</summary>
    public required IAuditLog Audit { get; init; }

    /// <summary>The dashboard's files.</summary>
    public required IUiFiles Ui { get; init; }

    /// <summary>How the node is.</summary>
    public required INodeHealth Health { get; init; }
}
