using System.Text.Json;
using Samtala.Vectors;

namespace Samtala.Encodings.Tests;

public sealed class CompactEncodingVectorTests
{
    [Fact]
    public void Every_form_is_written_and_read_as_the_reference_does() =>
        VectorFile.ForEachCase("compact-encoding.json", item =>
        {
            Assert.True(Codecs.All.ContainsKey(item.Text("codec")), $"Unknown codec: {item.Text("codec")}");
            switch (item.Text("op"))
            {
                case "encode":
                    CheckDecoding(item, item.Hex("hex").Length);
                    if (!IsNegativeZero(item))
                        Assert.Equal(item.Text("hex"), Convert.ToHexStringLower(Encode(item)));
                    break;
                case "decode":
                    CheckDecoding(item, item.GetProperty("consumed").GetInt32());
                    break;
                case "decode-error":
                    CompactReader reader = new(item.Hex("hex"));
                    Assert.False(Codecs.All[item.Text("codec")].Read(ref reader, out _));
                    break;
                case "encode-error":
                    Assert.ThrowsAny<Exception>(() => Encode(item));
                    break;
                default:
                    Assert.Fail($"Unknown kind of case: {item.Text("op")}");
                    break;
            }
        });

    private static void CheckDecoding(JsonElement item, int size)
    {
        CompactReader reader = new(item.Hex("hex"));
        Assert.True(Codecs.All[item.Text("codec")].Read(ref reader, out object? value), item.Text("codec"));
        Assert.Equal(size, reader.Position);
        if (!IsNegativeZero(item))
        {
            JsonElement read = JsonSerializer.SerializeToElement(value);
            Assert.True(JsonElement.DeepEquals(item.GetProperty("decoded"), read), $"{item} was read as {read}");
        }
    }

    private static byte[] Encode(JsonElement item)
    {
        byte[] target = new byte[4096 + item.GetRawText().Length];
        CompactWriter writer = new(target);
        Codecs.All[item.Text("codec")].Write(ref writer, item.GetProperty("value"));
        return writer.Written.ToArray();
    }

    // JSON has no negative zero: the file says 0 and means −0.
    private static bool IsNegativeZero(JsonElement item) =>
        item.Text("codec") == "float64" && item.TryGetProperty("hex", out JsonElement hex)
        && hex.GetString() == "0000000000000080";
}
