using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Node.V1;

namespace Samtala.Services.Tokens;

/// <summary>Tokens, links and logins. See proto/samtala/node/v1/token.proto.</summary>
public sealed class TokenService : Samtala.Node.V1.TokenService.TokenServiceBase
{
    /// <summary>How long a dashboard stays logged in.</summary>
    public static readonly TimeSpan DashboardLifetime = TimeSpan.FromDays(30);

    private const int DisplayNameSizeMax = 128;
    private const int PathSizeMax = 2048;
    private static readonly TimeSpan s_lifetimeMax = TimeSpan.FromDays(3650);

    private readonly TokenStore _tokens;
    private readonly LinkStore _links;
    private readonly Func<string> _http;

    /// <summary>Serves the given stores.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="links">Links and logins.</param>
    /// <param name="http">Where the dashboard answers, such as http://127.0.0.1:7650.</param>
    public TokenService(TokenStore tokens, LinkStore links, Func<string> http)
    {
        _tokens = tokens;
        _links = links;
        _http = http;
    }

    /// <inheritdoc/>
    public override async Task<CreateTokenResponse> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        TokenScopes.Check(request.Scopes);
        TokenScopes.CheckWithin(Caller.Of(context), request.Scopes);
        if (request.DisplayName.Length > DisplayNameSizeMax)
        {
            throw ServiceError.Invalid("SAM0802", "display_name",
                $"A display name has at most {DisplayNameSizeMax} characters; this has {request.DisplayName.Length}.");
        }

        TimeSpan? lifetime = request.Ttl?.ToTimeSpan();
        if (lifetime is { } span && (span <= TimeSpan.Zero || span > s_lifetimeMax))
        {
            throw ServiceError.Invalid(
                "SAM0802", "ttl", "A token lives for more than nothing and at most ten years; leave it out for ever.");
        }

        var (token, secret) = await _tokens.CreateAsync(
            request.DisplayName, request.Scopes.Distinct(StringComparer.Ordinal), lifetime, context.CancellationToken);
        return new CreateTokenResponse { Token = token, Secret = secret };
    }

    /// <inheritdoc/>
    public override Task<ListTokensResponse> ListTokens(ListTokensRequest request, ServerCallContext context)
    {
        var size = Paging.Size(request.PageSize);
        var after = System.Text.Encoding.UTF8.GetString(Paging.After(request.PageToken));
        var rest = _tokens.List().Where(t => string.CompareOrdinal(t.Name, after) > 0).ToList();
        ListTokensResponse response = new() { Tokens = { rest.Take(size) } };
        if (rest.Count > size)
            response.NextPageToken = Paging.Token(System.Text.Encoding.UTF8.GetBytes(rest[size - 1].Name));
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override async Task<Empty> DeleteToken(DeleteTokenRequest request, ServerCallContext context)
    {
        if (!await _tokens.DeleteAsync(request.Name, context.CancellationToken))
        {
            throw ServiceError.Make(StatusCode.NotFound, "SAM0805", "TOKEN_NOT_FOUND",
                $"There is no token '{request.Name}'. See: samtala token list");
        }

        return new Empty();
    }

    /// <inheritdoc/>
    public override Task<CreateLinkResponse> CreateLink(CreateLinkRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        if (caller.Scopes.Count == 0)
        {
            throw ServiceError.Make(StatusCode.Unauthenticated, "SAM0806", "TOKEN_MISSING",
                "A link lends the rights of a token; send one: Authorization: Bearer …");
        }

        var path = request.Path;
        if (path.Length is 0 or > PathSizeMax || path[0] != '/' || path.StartsWith("//", StringComparison.Ordinal)
            || path.StartsWith("/l/", StringComparison.Ordinal) || path.Any(c => c is <= ' ' or > '~' or '\\' or '#'))
        {
            throw ServiceError.Invalid(
                "SAM0807", "path", "Write an absolute path of this node, percent-encoded, such as /v1/blobs/{id}.");
        }

        var made = _links.TryMakeLink(new LinkTarget(path, caller)) ?? throw TooMany("links");
        return Task.FromResult(new CreateLinkResponse
        {
            Path = "/l/" + made.Secret,
            ExpireTime = Timestamp.FromDateTimeOffset(made.End),
        });
    }

    /// <inheritdoc/>
    public override Task<CreateLoginResponse> CreateLogin(CreateLoginRequest request, ServerCallContext context)
    {
        // Whoever logs in is the owner: nobody may hand out more than he has.
        TokenScopes.CheckWithin(Caller.Of(context), ["*"]);
        var made = _links.TryMakeLogin() ?? throw TooMany("login links");
        return Task.FromResult(new CreateLoginResponse
        {
            Uri = LoginLink.Of(_http(), made.Secret),
            ExpireTime = Timestamp.FromDateTimeOffset(made.End),
        });
    }

    /// <inheritdoc/>
    public override async Task<LoginResponse> Login(LoginRequest request, ServerCallContext context)
    {
        if (request.Secret.Length > TokenStore.SecretSizeMax || !_links.TryLogin(request.Secret))
        {
            throw ServiceError.Make(StatusCode.Unauthenticated, "SAM0808", "LOGIN_LINK_USED",
                "This login link was used already or has ended. Make a new one: samtala token login");
        }

        var (token, secret) = await _tokens.CreateAsync(
            "Dashboard", ["*"], DashboardLifetime, context.CancellationToken);
        return new LoginResponse { Token = secret, ExpireTime = token.ExpireTime };
    }

    private static RpcException TooMany(string what) => ServiceError.Make(
        StatusCode.ResourceExhausted, "SAM0809", "TOO_MANY_LINKS",
            $"Too many {what} wait already. Try again in an hour.");
}
