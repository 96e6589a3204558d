using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Samtala.Hypercore.Blobs;
using Samtala.Node.V1;
using BlobServer = Samtala.Services.Blobs.BlobService;
using Client = Samtala.Node.V1.BlobService.BlobServiceClient;

namespace Samtala.Services.Tests.Blobs;

public sealed class BlobServiceTests : IAsyncLifetime
{
    private readonly World _world = new();
    private Client _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _world.Serve(new BlobServer(new BlobStore(_world.Store, _world.Clock)));
        _client = new Client(_world.As());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(300_001)]
    public async Task What_goes_up_comes_down_by_id_and_by_digest(int size)
    {
        var bytes = Bytes(size);
        var blob = await UploadAsync(bytes);
        Assert.Equal(size, blob.Size);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), blob.Sha256);
        Assert.Equal(bytes, await DownloadAsync(new() { Name = blob.Name }));
        Assert.Equal(bytes, await DownloadAsync(new() { Name = $"blobs/sha256:{blob.Sha256}" }));
    }

    [Fact]
    public async Task A_range_is_exactly_that()
    {
        var bytes = Bytes(200_000);
        var blob = await UploadAsync(bytes);
        Assert.Equal(
            bytes[70_000..170_001], await DownloadAsync(new() { Name = blob.Name, Offset = 70_000, Length = 100_001 }));
        Assert.Equal(bytes[199_999..], await DownloadAsync(new() { Name = blob.Name, Offset = 199_999, Length = 50 }));
        Assert.Equal((StatusCode.OutOfRange, "SAM0713"), await World.ErrorOf(
            () => DownloadAsync(new() { Name = blob.Name, Offset = 200_001 })));
    }

    [Fact]
    public async Task Bytes_that_are_not_those_promised_are_not_kept()
    {
        var bytes = Bytes(1000);
        var wrong = $"sha256:{new string('0', 64)}";
        Assert.Equal((StatusCode.InvalidArgument, "SAM0301"), await World.ErrorOf(() => UploadAsync(bytes, wrong)));
        Assert.Equal((StatusCode.NotFound, "SAM0714"), await World.ErrorOf(() => _client.GetBlobAsync(
            new() { Name = $"blobs/sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}" },
                cancellationToken: Cancel).ResponseAsync));
        await UploadAsync(bytes, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
    }

    [Fact]
    public async Task A_list_has_every_blob_once_in_order_until_it_is_deleted()
    {
        List<string> names = [];
        for (var i = 0; i < 25; i++)
            names.Add((await UploadAsync([(byte)i, 1])).Name);
        names.Sort(StringComparer.Ordinal);
        Assert.Equal(names, await ListAsync(7));
        await _client.DeleteBlobAsync(new() { Name = names[3] }, cancellationToken: Cancel);
        names.RemoveAt(3);
        Assert.Equal(names, await ListAsync(1000));
    }

    [Fact]
    public async Task A_name_that_is_none_is_refused() => Assert.Equal(
        (StatusCode.InvalidArgument, "SAM0710"),
        await World.ErrorOf(
            () => _client.GetBlobAsync(new() { Name = "blobs/xyz" }, cancellationToken: Cancel).ResponseAsync));

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private async Task<Blob> UploadAsync(byte[] bytes, params string[] expected)
    {
        using var call = _client.UploadBlob(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new UploadBlobRequest { Expected = { expected } }, Cancel);
        foreach (var piece in bytes.Chunk(90_000))
            await call.RequestStream.WriteAsync(new UploadBlobRequest { Chunk = ByteString.CopyFrom(piece) }, Cancel);
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private async Task<byte[]> DownloadAsync(DownloadBlobRequest request)
    {
        using var call = _client.DownloadBlob(request, cancellationToken: Cancel);
        using MemoryStream all = new();
        while (await call.ResponseStream.MoveNext(Cancel))
            all.Write(call.ResponseStream.Current.Chunk.Span);
        return all.ToArray();
    }

    private async Task<List<string>> ListAsync(int pageSize)
    {
        List<string> names = [];
        ListBlobsRequest request = new() { PageSize = pageSize };
        do
        {
            var page = await _client.ListBlobsAsync(request, cancellationToken: Cancel);
            Assert.True(page.Blobs.Count <= pageSize);
            names.AddRange(page.Blobs.Select(b => b.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return names;
    }
}
