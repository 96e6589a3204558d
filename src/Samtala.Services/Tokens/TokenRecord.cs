using System.Security.Cryptography;
using Google.Protobuf;
using Samtala.Node.V1;

namespace Samtala.Services.Tokens;

/// <summary>A stored token: version byte, SHA-256 of the secret, the token without its secret.</summary>
internal sealed record TokenRecord(byte[] SecretHash, Token Token)
{
    private const byte Version = 1;

    public string Id => Token.Name[TokenStore.NamePrefix.Length..];

    public DateTimeOffset? ExpiresAt => Token.ExpireTime?.ToDateTimeOffset();

    public byte[] Encode() => [Version, .. SecretHash, .. Token.ToByteArray()];

    /// <returns>False when the bytes were not written by <see cref="Encode"/>.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out TokenRecord? record)
    {
        record = null;
        if (bytes.Length < 1 + SHA256.HashSizeInBytes || bytes[0] != Version)
            return false;
        try
        {
            var token = Token.Parser.ParseFrom(bytes[(1 + SHA256.HashSizeInBytes)..]);
            record = new TokenRecord(bytes.Slice(1, SHA256.HashSizeInBytes).ToArray(), token);
            return token.Name.StartsWith(TokenStore.NamePrefix, StringComparison.Ordinal);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
