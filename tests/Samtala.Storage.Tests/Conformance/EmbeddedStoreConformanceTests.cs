namespace Samtala.Storage.Tests.Conformance;

public sealed class EmbeddedStoreKeyTests : KeyConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<IStore> OpenAsync() =>
        await EmbeddedStore.OpenAsync(new StoreOptions { Folder = _folder.Path }, TimeProvider.System, null, Token);
}

public sealed class EmbeddedStoreExtentTests : ExtentConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<IStore> OpenAsync() =>
        await EmbeddedStore.OpenAsync(new StoreOptions { Folder = _folder.Path }, TimeProvider.System, null, Token);
}
