using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

/// <summary>Callers of HTTP/2 who get their answer before they have sent the whole body.</summary>
public sealed class UnreadBodyTests
{
    [Fact]
    public async Task A_caller_who_still_sends_gets_the_refusal_and_no_reset()
    {
        var answer = await PostAsync("a=b"u8.ToArray(), sendsBody: true);
        Assert.NotNull(answer);
        Assert.Contains("urn:samtala:error:TOKEN_MISSING", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_announced_as_empty_is_none_though_its_end_is_still_on_its_way()
    {
        var answer = await PostAsync([], sendsBody: true);
        Assert.NotNull(answer);
        Assert.Contains("urn:samtala:error:NOT_FOUND", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_never_sends_the_body_is_reset_when_the_time_is_up() =>
        Assert.Null(await PostAsync("a=b"u8.ToArray(), sendsBody: false));

    private static async Task<string?> PostAsync(byte[] sent, bool sendsBody)
    {
        await using var door = await OpenDoor.StartAsync();
        using var caller = new SlowUpload();
        return await caller.PostAsync(
            door.GrpcPort, "/v1/none", sent, sendsBody, TestContext.Current.CancellationToken);
    }
}
