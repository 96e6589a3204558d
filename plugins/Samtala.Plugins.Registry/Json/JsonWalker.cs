using System.Buffers;
using System.Text.Json;

namespace Samtala.Plugins.Registry.Json;

/// <summary>
/// Walks a JSON document that arrives in pieces and writes another one, in memory bounded by the longest token. What is
/// kept is copied byte for byte, so unknown fields, number formats and escapes survive.
/// </summary>
internal abstract class JsonWalker : IDisposable
{
    /// <summary>Longest string or number in bytes. The longest readme seen has 64 KiB.</summary>
    public const int TokenSizeMax = 8 * 1024 * 1024;

    private const int BufferSize = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _filled;
    private int _copyFrom = -1;
    private bool _isObject;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 128 });

    /// <summary>What is to be sent on; the caller empties it after each piece.</summary>
    public ArrayBufferWriter<byte> Output { get; } = new();

    /// <summary>The walker needs no more of the document.</summary>
    public bool IsDone { get; protected set; }

    /// <summary>Takes the next piece of the document.</summary>
    /// <param name="piece">Copied.</param>
    /// <param name="isLast">The document ends with it.</param>
    /// <exception cref="JsonException">It is not JSON, not whole, or a token is longer than the limit.</exception>
    public void Feed(ReadOnlySpan<byte> piece, bool isLast)
    {
        MakeRoom(piece.Length);
        piece.CopyTo(_buffer.AsSpan(_filled));
        _filled += piece.Length;

        Utf8JsonReader reader = new(_buffer.AsSpan(0, _filled), isLast, _state);
        while (!IsDone && reader.Read())
        {
            if (!_isObject && reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("The document is not an object.");
            _isObject = true;
            Visit(ref reader);
        }

        var consumed = (int)reader.BytesConsumed;
        if (_copyFrom >= 0)
        {
            Output.Write(_buffer.AsSpan(_copyFrom, consumed - _copyFrom));
            _copyFrom = 0;
        }

        _buffer.AsSpan(consumed, _filled - consumed).CopyTo(_buffer);
        _filled -= consumed;
        _state = reader.CurrentState;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        GC.SuppressFinalize(this);
    }

    /// <summary>Looks at one token and says what to copy.</summary>
    protected abstract void OnToken(ref Utf8JsonReader reader);

    /// <summary>Copies from the token's first byte on.</summary>
    protected void StartCopy(in Utf8JsonReader reader) => _copyFrom = (int)reader.TokenStartIndex;

    /// <summary>Copies up to and with the token, and no further.</summary>
    protected void StopCopyAfter(in Utf8JsonReader reader)
    {
        if (_copyFrom < 0)
            return;
        Output.Write(_buffer.AsSpan(_copyFrom, (int)reader.BytesConsumed - _copyFrom));
        _copyFrom = -1;
    }

    /// <summary>Copies up to the token, writes a string in its place, and goes on copying after it.</summary>
    /// <param name="reader">At the token.</param>
    /// <param name="value">Without quotes; needs no escapes.</param>
    protected void Replace(in Utf8JsonReader reader, ReadOnlySpan<byte> value)
    {
        if (_copyFrom < 0)
            return;
        Output.Write(_buffer.AsSpan(_copyFrom, (int)reader.TokenStartIndex - _copyFrom));
        Output.Write("\""u8);
        Output.Write(value);
        Output.Write("\""u8);
        _copyFrom = (int)reader.BytesConsumed;
    }

    private void Visit(ref Utf8JsonReader reader)
    {
        try
        {
            OnToken(ref reader);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A string is no UTF-8.", e);
        }
    }

    private void MakeRoom(int size)
    {
        if (_buffer.Length - _filled >= size)
            return;
        if (_filled + size > TokenSizeMax)
            throw new JsonException($"A value is longer than {TokenSizeMax} bytes.");
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_filled + size, _buffer.Length * 2));
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
