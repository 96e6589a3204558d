using Samtala.Testing;

namespace Samtala.Storage.Tests.Conformance;

public sealed class SimStoreKeyTests : KeyConformance
{
    private readonly SimDisk _disk = new();

    private protected override Task<IStore> OpenAsync() =>
        Task.FromResult<IStore>(new SimStore(_disk, new Random(1), TimeProvider.System));
}

public sealed class SimStoreExtentTests : ExtentConformance
{
    private readonly SimDisk _disk = new();

    private protected override Task<IStore> OpenAsync() =>
        Task.FromResult<IStore>(new SimStore(_disk, new Random(1), TimeProvider.System));
}
