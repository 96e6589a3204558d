using System.Text.Json.Nodes;
using Samtala.Vectors;

namespace Samtala.Hypercore.Tests.Messages;

public sealed class HypercoreMessagesVectorTests
{
    [Fact]
    public void Messages_are_read_and_written_as_by_the_reference() =>
        VectorFile.ForEachCase("hypercore-messages.json", item =>
        {
            // The reference defines this one and never sends it.
            if (item.Text("message") == "reorgHint")
                return;
            byte[] payload = item.Hex("hex");
            JsonNode? seen = MessageJson.Decode(item.Text("message"), payload, out byte[] again);
            if (item.TryGetProperty("error", out _))
            {
                Assert.Null(seen);
                return;
            }

            JsonNode? expected = JsonNode.Parse(item.GetProperty("decoded").GetRawText());
            Assert.True(JsonNode.DeepEquals(expected, seen), $"{seen?.ToJsonString()} instead of {expected}");
            if (!item.TryGetProperty("decodeOnly", out _))
                Assert.Equal(payload, again);
        });

    [Fact]
    public void Unknown_flags_and_bytes_behind_a_message_are_ignored() =>
        VectorFile.ForEachCase("hypercore-messages.json", item =>
        {
            string name = item.Text("message");
            bool hasRest = name is "extension" or "reorgHint" or "noData" or "want" or "unwant";
            if (hasRest || item.TryGetProperty("error", out _))
                return;
            byte[] longer = [.. item.Hex("hex"), 1, 2, 3];
            JsonNode? seen = MessageJson.Decode(name, longer, out _);
            JsonNode? expected = JsonNode.Parse(item.GetProperty("decoded").GetRawText());
            Assert.True(JsonNode.DeepEquals(expected, seen), seen?.ToJsonString());
            if (name is "sync" or "request" or "data" or "range" or "handshake" && longer[0] < 0x40)
            {
                longer[0] |= 0x80;
                seen = MessageJson.Decode(name, longer, out _);
                Assert.True(JsonNode.DeepEquals(expected, seen), seen?.ToJsonString());
            }
        });
}
