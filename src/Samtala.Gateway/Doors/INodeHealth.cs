namespace Samtala.Gateway;

/// <summary>How the node is.</summary>
public interface INodeHealth
{
    /// <summary>Why the node cannot serve yet or any more; null when it is ready.</summary>
    string? NotReady { get; }

    /// <summary>Writes the node's figures as Prometheus text; the door adds its own.</summary>
    /// <param name="writer">Whole lines, each ended by a line feed.</param>
    void WriteMetrics(TextWriter writer);
}
