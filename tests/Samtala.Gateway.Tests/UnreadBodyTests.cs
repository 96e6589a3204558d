using Samtala.Gateway.Tests.Harness;

namespace Samtala.Gateway.Tests;

/// <summary>Callers of HTTP/2 who are refused before they have sent the whole body.</summary>
public sealed class UnreadBodyTests
{
    [Fact]
    public async Task A_caller_who_still_sends_gets_the_refusal_and_no_reset()
    {
        await using var door = await OpenDoor.StartAsync();
        using var caller = new SlowUpload();
        var body = await caller.PostAsync(
            door.GrpcPort, "/v1/none", sendsBody: true, TestContext.Current.CancellationToken);
        Assert.NotNull(body);
        Assert.Contains("urn:samtala:error:", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_never_sends_the_body_is_reset_when_the_time_is_up()
    {
        await using var door = await OpenDoor.StartAsync();
        using var caller = new SlowUpload();
        Assert.Null(await caller.PostAsync(
            door.GrpcPort, "/v1/none", sendsBody: false, TestContext.Current.CancellationToken));
    }
}
