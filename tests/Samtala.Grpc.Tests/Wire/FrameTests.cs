using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Samtala.Grpc.Standard;
using Samtala.Grpc.Wire;
using Samtala.Test.V1;

namespace Samtala.Grpc.Tests.Wire;

/// <summary>Frames as strangers send them.</summary>
public sealed class FrameTests
{
    private static readonly Marshaller<EchoRequest> s_marshaller = ProtobufMarshaller.Create(EchoRequest.Parser);

    [Fact]
    public async Task A_message_split_at_every_byte_is_read_whole()
    {
        var pipe = new Pipe();
        var reader = new FrameReader(pipe.Reader, 1000);
        var bytes = Framed(new EchoRequest { Text = "hello" });
        var reading = reader.ReadAsync(s_marshaller, TestContext.Current.CancellationToken).AsTask();
        foreach (var b in bytes)
        {
            Assert.False(reading.IsCompleted);
            await pipe.Writer.WriteAsync(new[] { b }, TestContext.Current.CancellationToken);
        }

        Assert.Equal("hello", (await reading)!.Text);
    }

    [Fact]
    public async Task Several_messages_in_one_read_come_one_by_one()
    {
        var bytes = Enumerable.Range(0, 5).SelectMany(i => Framed(new EchoRequest { Count = i })).ToArray();
        var reader = new FrameReader(PipeReader.Create(new ReadOnlySequence<byte>(bytes)), 1000);
        for (var i = 0; i < 5; i++)
            Assert.Equal(i, (await reader.ReadAsync(s_marshaller, TestContext.Current.CancellationToken))!.Count);
        Assert.Null(await reader.ReadAsync(s_marshaller, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 3, 233 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Unimplemented)]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 5, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, StatusCode.Internal)]
    public async Task A_hostile_frame_is_refused_with_its_reason(byte[] bytes, StatusCode expected)
    {
        var reader = new FrameReader(PipeReader.Create(new ReadOnlySequence<byte>(bytes)), 1000);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await reader.ReadAsync(s_marshaller, TestContext.Current.CancellationToken));
        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task Random_bytes_never_break_the_reader()
    {
        var seed = Environment.GetEnvironmentVariable("SAMTALA_SEED") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("SAMTALA_SEED={0}", seed);
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);
            var reader = new FrameReader(PipeReader.Create(new ReadOnlySequence<byte>(bytes)), 1000);
            try
            {
                while (await reader.ReadAsync(s_marshaller, TestContext.Current.CancellationToken) is not null)
                {
                    // Some random bytes are messages.
                }
            }
            catch (RpcException)
            {
                // The only way to refuse.
            }
        }
    }

    private static byte[] Framed(EchoRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        s_marshaller.ContextualSerializer(request, new FrameSerializationContext(buffer));
        return buffer.WrittenSpan.ToArray();
    }
}
