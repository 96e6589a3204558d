using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Node.V1;
using Samtala.Storage;

namespace Samtala.Services.Tokens;

/// <summary>The node's tokens. Only SHA-256 of a secret is kept: secrets are 256 random bits, so a plain hash is
/// enough.
/// </summary>
public sealed class TokenStore
{
    /// <summary>Most tokens at a time.</summary>
    public const int CountMax = 1000;

    /// <summary>Longest secret that is looked at.</summary>
    public const int SecretSizeMax = 256;

    internal const string NamePrefix = "tokens/";
    private const string SecretPrefix = "samtala_";
    private static readonly Keyspace s_tokens = Keyspace.Ordered("api.tokens");

    private readonly IStore _store;
    private readonly RandomNumberGenerator _random;
    private readonly TimeProvider _time;
    private ImmutableDictionary<string, TokenRecord> _byHash = ImmutableDictionary<string, TokenRecord>.Empty;
    private string? _ownerHash;

    private TokenStore(IStore store, RandomNumberGenerator random, TimeProvider time)
    {
        _store = store;
        _random = random;
        _time = time;
    }

    /// <summary>Reads the tokens of a store.</summary>
    /// <param name="store">Kept; not disposed.</param>
    /// <param name="random">The source of secrets.</param>
    /// <param name="time">The clock of expiry.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreCorruptException">A stored token cannot be read.</exception>
    public static async Task<TokenStore> OpenAsync(
        IStore store, RandomNumberGenerator random, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        TokenStore tokens = new(store, random, time);
        var found = await store.ScanAsync(s_tokens, new ScanRange(default, default, CountMax), cancellationToken);
        var builder = tokens._byHash.ToBuilder();
        foreach (var (key, value) in found)
        {
            if (!TokenRecord.TryDecode(value, out var record))
            {
                throw new StoreCorruptException(
                    $"Token '{System.Text.Encoding.ASCII.GetString(key)}' cannot be read. Restore a backup.");
            }

            builder[HashText(record!.SecretHash)] = record;
        }

        tokens._byHash = builder.ToImmutable();
        return tokens;
    }

    /// <summary>Makes a secret of 256 random bits that people can recognise in a file.</summary>
    /// <param name="random">The source.</param>
    public static string MakeSecret(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[32];
        random.GetBytes(bytes);
        return SecretPrefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Says which secret is the owner's.</summary>
    /// <param name="secret">From the file api.token.</param>
    public void SetOwner(string secret) => _ownerHash = HashText(HashOf(secret));

    /// <summary>Looks a secret up.</summary>
    /// <param name="secret">From a stranger.</param>
    /// <returns>Null when there is no such token or it has ended.</returns>
    public TokenGrant? Find(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Length is 0 or > SecretSizeMax)
            return null;
        // Comparing hashes of secrets tells nothing about secrets by its timing.
        var hash = HashText(HashOf(secret));
        if (string.Equals(hash, _ownerHash, StringComparison.Ordinal))
            return new TokenGrant(TokenGrant.Owner, ["*"], null);
        if (!Volatile.Read(ref _byHash).TryGetValue(hash, out var record) || HasEnded(record))
            return null;
        return new TokenGrant(record.Id, record.Token.Scopes, record.ExpiresAt);
    }

    internal async Task<(Token Token, string Secret)> CreateAsync(
        string displayName, IEnumerable<string> scopes, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        await DropEndedAsync(cancellationToken);
        if (_byHash.Count >= CountMax)
        {
            throw ServiceError.Make(StatusCode.ResourceExhausted, "SAM0803", "TOO_MANY_TOKENS",
                $"There are {CountMax} tokens already. Remove one: samtala token remove ID");
        }

        var secret = MakeSecret(_random);
        var id = new byte[8];
        _random.GetBytes(id);
        var now = _time.GetUtcNow();
        Token token = new()
        {
            Name = NamePrefix + Convert.ToHexStringLower(id),
            DisplayName = displayName,
            CreateTime = Timestamp.FromDateTimeOffset(now),
            ExpireTime = lifetime is { } span ? Timestamp.FromDateTimeOffset(now + span) : null,
        };
        token.Scopes.Add(scopes);
        TokenRecord record = new(HashOf(secret), token);
        var batch = new WriteBatch().Put(s_tokens, System.Text.Encoding.ASCII.GetBytes(record.Id), record.Encode());
        await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        ImmutableInterlocked.TryAdd(ref _byHash, HashText(record.SecretHash), record);
        return (token, secret);
    }

    internal IReadOnlyList<Token> List() =>
        [.. _byHash.Values.Where(r => !HasEnded(r)).Select(r => r.Token).OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <returns>False when there is no such token.</returns>
    internal async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var record = _byHash.Values.FirstOrDefault(r => string.Equals(r.Token.Name, name, StringComparison.Ordinal));
        if (record is null)
            return false;
        // First out of memory: from now on the secret opens nothing, whatever the disk says.
        ImmutableInterlocked.TryRemove(ref _byHash, HashText(record.SecretHash), out _);
        var batch = new WriteBatch().Delete(s_tokens, System.Text.Encoding.ASCII.GetBytes(record.Id));
        await _store.CommitAsync(batch, Durability.Durable, cancellationToken);
        return true;
    }

    private async Task DropEndedAsync(CancellationToken cancellationToken)
    {
        foreach (var record in _byHash.Values.Where(HasEnded))
            await DeleteAsync(record.Token.Name, cancellationToken);
    }

    private bool HasEnded(TokenRecord record) => record.ExpiresAt is { } end && end <= _time.GetUtcNow();

    private static byte[] HashOf(string secret) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret));

    private static string HashText(byte[] hash) => Convert.ToHexStringLower(hash);
}
