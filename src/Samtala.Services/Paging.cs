using System.Buffers.Text;
using Grpc.Core;

namespace Samtala.Services;

/// <summary>Page sizes and tokens, alike in every list.</summary>
internal static class Paging
{
    public const int SizeDefault = 100;
    public const int SizeMax = 1000;
    private const int TokenSizeMax = 2048;

    /// <summary>0 means <see cref="SizeDefault"/>.</summary>
    /// <exception cref="RpcException">Outside 0 to <see cref="SizeMax"/>.</exception>
    public static int Size(int requested) => requested switch
    {
        0 => SizeDefault,
        > 0 and <= SizeMax => requested,
        _ => throw ServiceError.Invalid(
            "SAM0702", "page_size", $"A page has 1 to {SizeMax} entries, 0 means {SizeDefault}; this is {requested}."),
    };

    /// <summary>The token that goes on after <paramref name="last"/>.</summary>
    public static string Token(ReadOnlySpan<byte> last) => Base64Url.EncodeToString(last);

    /// <summary>The last key of the page before; empty for the first page.</summary>
    /// <exception cref="RpcException">Not a token of ours.</exception>
    public static byte[] After(string token)
    {
        if (token.Length == 0)
            return [];
        var text = System.Text.Encoding.UTF8.GetBytes(token);
        if (token.Length > TokenSizeMax || !Base64Url.IsValid(text))
        {
            throw ServiceError.Invalid(
                "SAM0703", "page_token", "This is no token of an earlier answer; leave it empty.");
        }

        return Base64Url.DecodeFromUtf8(text);
    }
}
