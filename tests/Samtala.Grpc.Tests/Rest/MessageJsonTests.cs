using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samtala.Grpc.Rest;
using Samtala.Test.V1;

namespace Samtala.Grpc.Tests.Rest;

public sealed class MessageJsonTests
{
    [Fact]
    public void Every_kind_of_field_comes_back()
    {
        var message = new EchoRequest
        {
            Text = "grüß \"\\\n\u0001€😀",
            Count = int.MinValue,
            Nested = new EchoRequest.Types.Nested { Number = long.MaxValue, Deeper = new() },
            Tags = { "a", "" },
            Volume = EchoRequest.Types.Volume.Loud,
            At = new Timestamp { Seconds = 1, Nanos = 5000000 },
            Wait = new Duration { Seconds = -3 },
            Mask = new FieldMask { Paths = { "nested.text", "at" } },
            Maybe = 0,
            Data = ByteString.CopyFrom(0, 255, 3),
            Flag = true,
            Ratio = double.NegativeInfinity,
            Numbers = { 1, -2 },
            Labels = { ["k"] = "v", [""] = "" },
        };
        Assert.Equal(message, JsonParser.Default.Parse<EchoRequest>(Write(message)));
        Assert.Equal("{}", Write(new EchoRequest()));
        Assert.Equal("{\"ratio\":-0}", Write(new EchoRequest { Ratio = -0.0 }));
    }

    [Fact]
    public void An_enum_value_that_is_not_known_is_its_number() =>
        Assert.Equal("{\"volume\":7}", Write(new EchoRequest { Volume = (EchoRequest.Types.Volume)7 }));

    [Fact]
    public void Well_known_forms_are_those_of_the_library()
    {
        var any = Any.Pack(new Google.Rpc.ErrorInfo { Reason = "R" });
        Assert.Equal("{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"R\"}", Write(any));
        var status = new Google.Rpc.Status { Code = 5, Details = { Any.Pack(new EchoRequest { Count = 1 }) } };
        Assert.Equal(
            """
            {"code":5,"details":[{"@type":"type.googleapis.com/samtala.test.v1.EchoRequest","value":"EAE="}]}
            """,
            Write(status));
        var list = Value.ForStruct(new Struct { Fields = { ["a"] = Value.ForNull() } });
        Assert.Equal("{\"a\":null}", Write(list).Replace(" ", "", StringComparison.Ordinal));
    }

    private static string Write(IMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MessageJson.Write(buffer, message, null);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
