namespace Samtala.Node.Cli;

/// <summary>How results are printed.</summary>
internal enum OutputForm
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One JSON document, or one per line in a stream.</summary>
    Json,

    /// <summary>One JSON object per line, also for lists.</summary>
    Jsonl,
}
