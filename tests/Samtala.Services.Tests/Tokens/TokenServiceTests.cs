using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samtala.Services.Tokens;
using Client = Samtala.Node.V1.TokenService.TokenServiceClient;

namespace Samtala.Services.Tests.Tokens;

public sealed class TokenServiceTests : IAsyncLifetime
{
    private readonly World _world = new();
    private TokenStore _tokens = null!;
    private LinkStore _links = null!;
    private Client _owner = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tokens = await TokenStore.OpenAsync(_world.Store, _world.Random, _world.Clock, Cancel);
        _links = new LinkStore(_world.Random, _world.Clock);
        _world.Serve(new TokenService(_tokens, _links, () => "http://127.0.0.1:1"));
        _owner = new Client(_world.As("*"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_token_opens_what_its_scopes_say_until_it_is_withdrawn()
    {
        var made = await _owner.CreateTokenAsync(new() { Scopes = { "registry:publish" } }, cancellationToken: Cancel);
        var grant = _tokens.Find(made.Secret)!;
        Assert.True(grant.Allows("registry:publish"));
        Assert.False(grant.Allows("registry:admin"));
        await _owner.DeleteTokenAsync(new() { Name = made.Token.Name }, cancellationToken: Cancel);
        Assert.Null(_tokens.Find(made.Secret));
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_never_stored()
    {
        var made = await _owner.CreateTokenAsync(
            new() { Scopes = { "state:read" }, DisplayName = "laptop" }, cancellationToken: Cancel);
        var listed = await _owner.ListTokensAsync(new(), cancellationToken: Cancel);
        Assert.Equal("laptop", Assert.Single(listed.Tokens).DisplayName);
        Assert.DoesNotContain(made.Secret, listed.ToString(), StringComparison.Ordinal);
        var stored = await _world.Store.ScanAsync(
            Samtala.Storage.Keyspace.Ordered("api.tokens"), new(default, default, 10), Cancel);
        Assert.DoesNotContain(
            made.Secret, System.Text.Encoding.Latin1.GetString(Assert.Single(stored).Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_survive_a_restart()
    {
        var made = await _owner.CreateTokenAsync(new() { Scopes = { "a:read", "a:write" } }, cancellationToken: Cancel);
        var again = await TokenStore.OpenAsync(_world.Store, _world.Random, _world.Clock, Cancel);
        Assert.Equal(["a:read", "a:write"], again.Find(made.Secret)!.Scopes);
    }

    [Fact]
    public async Task A_token_ends_at_its_time()
    {
        var made = await _owner.CreateTokenAsync(
            new() { Scopes = { "a:read" }, Ttl = Duration.FromTimeSpan(TimeSpan.FromHours(1)) },
                cancellationToken: Cancel);
        Assert.NotNull(_tokens.Find(made.Secret));
        _world.Clock.Now += TimeSpan.FromHours(1);
        Assert.Null(_tokens.Find(made.Secret));
    }

    [Theory]
    [InlineData("everything")]
    [InlineData("a b:read")]
    [InlineData(":read")]
    [InlineData("")]
    public async Task A_scope_that_is_none_is_refused(string scope) => Assert.Equal(
        (StatusCode.InvalidArgument, "SAM0801"),
        await World.ErrorOf(
            () => _owner.CreateTokenAsync(new() { Scopes = { scope } }, cancellationToken: Cancel).ResponseAsync));

    [Fact]
    public async Task Nobody_gives_more_than_he_has()
    {
        Client clerk = new(_world.As("tokens:admin", "state:read"));
        await clerk.CreateTokenAsync(new() { Scopes = { "state:read" } }, cancellationToken: Cancel);
        Assert.Equal((StatusCode.PermissionDenied, "SAM0804"), await World.ErrorOf(
            () => clerk.CreateTokenAsync(
                new() { Scopes = { "state:write" } }, cancellationToken: Cancel).ResponseAsync));
        Assert.Equal((StatusCode.PermissionDenied, "SAM0804"), await World.ErrorOf(
            () => clerk.CreateLoginAsync(new(), cancellationToken: Cancel).ResponseAsync));
    }

    [Fact]
    public async Task A_login_link_is_good_once()
    {
        var link = await _owner.CreateLoginAsync(new(), cancellationToken: Cancel);
        var secret = link.Uri.Split("#token=")[1];
        Client nobody = new(_world.As());
        var login = await nobody.LoginAsync(new() { Secret = secret }, cancellationToken: Cancel);
        Assert.True(_tokens.Find(login.Token)!.Allows("tokens:admin"));
        Assert.Equal((StatusCode.Unauthenticated, "SAM0808"), await World.ErrorOf(
            () => nobody.LoginAsync(new() { Secret = secret }, cancellationToken: Cancel).ResponseAsync));
    }

    [Fact]
    public async Task A_link_lends_the_rights_of_its_maker_for_an_hour()
    {
        Client reader = new(_world.As("blobs:read"));
        var link = await reader.CreateLinkAsync(new() { Path = "/v1/blobs/ab" }, cancellationToken: Cancel);
        var ticket = link.Path["/l/".Length..];
        var target = _links.FindLink(ticket)!;
        Assert.Equal("/v1/blobs/ab", target.Path);
        Assert.True(target.Grant.Allows("blobs:read"));
        Assert.False(target.Grant.Allows("blobs:write"));
        _world.Clock.Now += LinkStore.LinkLifetime;
        Assert.Null(_links.FindLink(ticket));
    }

    [Theory]
    [InlineData("v1/blobs")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/l/again")]
    [InlineData("/a\r\nb")]
    public async Task A_link_to_anything_but_a_path_is_refused(string path) => Assert.Equal(
        (StatusCode.InvalidArgument, "SAM0807"),
        await World.ErrorOf(
            () => _owner.CreateLinkAsync(new() { Path = path }, cancellationToken: Cancel).ResponseAsync));

    [Fact]
    public void The_owners_token_is_made_once_and_readable_by_nobody_else()
    {
        var folder = Directory.CreateTempSubdirectory("samtala-").FullName;
        try
        {
            var secret = OwnerToken.LoadOrCreate(folder, _world.Random);
            var path = Path.Combine(folder, OwnerToken.FileName);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            }

            Assert.Equal(secret, OwnerToken.LoadOrCreate(folder, _world.Random));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            _tokens.SetOwner(secret);
            Assert.Equal(TokenGrant.Owner, _tokens.Find(secret)!.Principal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
