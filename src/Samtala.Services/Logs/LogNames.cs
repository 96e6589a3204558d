using System.Globalization;
using Grpc.Core;
using Samtala.Crypto;
using Samtala.Encodings;
using Samtala.Peers;

namespace Samtala.Services.Logs;

/// <summary>How logs and their entries are named in requests.</summary>
internal static class LogNames
{
    private const string Prefix = "logs/";
    private const string EntriesPart = "/entries/";
    private const int LabelSizeMax = 63;

    /// <summary>The name of a log in answers.</summary>
    public static string Of(Hash32 key) => Prefix + key;

    /// <summary>The key as one gives it to others.</summary>
    public static string TextOf(Hash32 key) => ZBase32.Encode(key.Bytes);

    /// <summary>Reads a key: 64 hexadecimal digits or 52 characters of z-base-32.</summary>
    public static bool TryParseKey(string text, out Hash32 key)
    {
        if (Hash32.TryParse(text, out key))
            return true;
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        if (!ZBase32.TryDecode(text, bytes))
            return false;
        key = new Hash32(bytes);
        return true;
    }

    /// <summary>Whether this may be a log's label.</summary>
    public static bool IsLabel(string text) =>
        text.Length is > 0 and <= LabelSizeMax && !TryParseKey(text, out _)
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_');

    /// <summary>The log a request names, by key or label.</summary>
    /// <exception cref="RpcException">The name is not one, or there is no such log here.</exception>
    public static KeptLog Find(PeerNode node, string name)
    {
        var text = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : "";
        if (text.Length == 0)
            throw ServiceError.Invalid("SAM0720", "name", "Write logs/{key} or logs/{label}.");
        return (TryParseKey(text, out var key) ? node.Find(key) : node.Find(text))
            ?? throw ServiceError.Make(
                StatusCode.NotFound, "SAM0721", "LOG_NOT_FOUND",
                $"This node neither keeps nor follows '{name}'. See: samtala log list");
    }

    /// <summary>The log and index of an entry's name.</summary>
    /// <exception cref="RpcException">The name is not one.</exception>
    public static (string Log, ulong Index) OfEntry(string name)
    {
        var at = name.LastIndexOf(EntriesPart, StringComparison.Ordinal);
        return at > 0 && ulong.TryParse(
            name.AsSpan(at + EntriesPart.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (name[..at], index)
            : throw ServiceError.Invalid("SAM0722", "name", "Write logs/{key}/entries/{index}; the first entry is 0.");
    }
}
