using Samtala.Hypercore.Messages;
using Samtala.Hypercore.Replication;

namespace Samtala.Hypercore.Tests.Replication;

public sealed class RequestLineTests
{
    [Fact]
    public void What_is_taken_back_is_not_answered_and_what_is_asked_again_is_answered_once()
    {
        RequestLine line = new(16);
        for (ulong id = 1; id <= 6; id++)
            Assert.True(line.TryAdd(Block(id, id % 3)));
        line.Cancel(2);
        line.Cancel(2);
        line.Cancel(99);
        Assert.True(line.TryAdd(Block(4, 0)));
        Assert.True(line.TryAdd(new PeerRequest(default, null, new WantMessage(0, 32, Any: false))));
        line.Cancel(0);
        Assert.Equal([1, 5, 3, 6, 4, 0], Ids(line));
        line.Cancel(1);
        Assert.True(line.TryAdd(Block(1, 0)));
        Assert.Equal([1], Ids(line));
    }

    private static PeerRequest Block(ulong id, ulong priority) =>
        new(new BlockRequest(id, 0, id, 0, priority), null, null);

    private static List<ulong> Ids(RequestLine line)
    {
        List<ulong> ids = [];
        while (line.TryTake(out PeerRequest request))
            ids.Add(request.Id);
        return ids;
    }
}
