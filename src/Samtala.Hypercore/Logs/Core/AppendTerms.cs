using Samtala.Hypercore.Tree;
using Samtala.Storage;

namespace Samtala.Hypercore.Logs.Core;

/// <summary>How blocks are appended.</summary>
/// <param name="Durability">When the append completes.</param>
/// <param name="Signature">Collected, in wire form; null when the log signs.</param>
/// <param name="ExpectedHead">The head they must follow; null for any.</param>
internal readonly record struct AppendTerms(
    Durability Durability, ReadOnlyMemory<byte>? Signature = null, LogHead? ExpectedHead = null);
