using Grpc.Core;

namespace Samtala.Services.State;

/// <summary>Names of stores and entries, and their keys in the store: <c>{store} 0x00 {key}</c>.</summary>
internal static class StateName
{
    public const int StoreSizeMax = 63;
    public const int KeySizeMax = 512;
    private const string StoresPrefix = "stores/";
    private const string KeysPart = "/keys/";

    /// <summary>Reads <c>stores/{store}/keys/{key}</c>.</summary>
    /// <exception cref="RpcException">Not such a name.</exception>
    public static byte[] ParseEntry(string name, string field)
    {
        var part = name.StartsWith(StoresPrefix, StringComparison.Ordinal)
            ? name.IndexOf(KeysPart, StoresPrefix.Length, StringComparison.Ordinal)
            : -1;
        if (part < 0)
        {
            throw ServiceError.Invalid(
                "SAM0701", field, $"Write stores/{{store}}/keys/{{key}}; this is '{Shown(name)}'.");
        }

        var store = CheckStore(name[StoresPrefix.Length..part], field);
        var key = name[(part + KeysPart.Length)..];
        var size = System.Text.Encoding.UTF8.GetByteCount(key);
        if (size is 0 or > KeySizeMax)
        {
            throw ServiceError.Invalid(
                "SAM0701", field, $"A key has 1 to {KeySizeMax} bytes of UTF-8; this has {size}.");
        }

        return [.. System.Text.Encoding.ASCII.GetBytes(store), 0, .. System.Text.Encoding.UTF8.GetBytes(key)];
    }

    /// <summary>Reads <c>stores/{store}</c> and gives the prefix that its entries' keys share.</summary>
    /// <exception cref="RpcException">Not such a name.</exception>
    public static byte[] ParseStore(string name, string field)
    {
        if (!name.StartsWith(StoresPrefix, StringComparison.Ordinal))
            throw ServiceError.Invalid("SAM0701", field, $"Write stores/{{store}}; this is '{Shown(name)}'.");
        return [.. System.Text.Encoding.ASCII.GetBytes(CheckStore(name[StoresPrefix.Length..], field)), 0];
    }

    /// <summary>The bytes of a prefix of keys within a store.</summary>
    /// <exception cref="RpcException">Too long.</exception>
    public static byte[] Prefix(byte[] store, string prefix)
    {
        var size = System.Text.Encoding.UTF8.GetByteCount(prefix);
        if (size > KeySizeMax)
        {
            throw ServiceError.Invalid(
                "SAM0701", "prefix", $"A prefix has at most {KeySizeMax} bytes; this has {size}.");
        }

        return [.. store, .. System.Text.Encoding.UTF8.GetBytes(prefix)];
    }

    /// <summary>The name of a stored entry.</summary>
    public static string Of(ReadOnlySpan<byte> key)
    {
        var zero = key.IndexOf((byte)0);
        var store = System.Text.Encoding.ASCII.GetString(key[..zero]);
        return $"{StoresPrefix}{store}{KeysPart}{System.Text.Encoding.UTF8.GetString(key[(zero + 1)..])}";
    }

    private static string CheckStore(string store, string field)
    {
        var fits = store.Length is > 0 and <= StoreSizeMax
            && store.All(c => c is '-' || char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));
        return fits ? store : throw ServiceError.Invalid(
            "SAM0701", field, $"A store's name is 1 to {StoreSizeMax} of a-z, 0-9 and '-'; this is '{Shown(store)}'.");
    }

    // A stranger's name goes into a message: keep the message short.
    private static string Shown(string name) => name.Length <= 80 ? name : name[..80] + "…";
}
