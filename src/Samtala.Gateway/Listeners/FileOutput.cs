using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Samtala.Gateway.Listeners;

/// <summary>Sends runs of files without copying them through this process.</summary>
internal interface IFileOutput
{
    /// <summary>From now on, what is advanced on the response's writer is taken from the file instead of from memory.
    /// The headers have been flushed.</summary>
    /// <param name="file">Stays open until <see cref="EndFile"/>.</param>
    /// <param name="offset">First byte.</param>
    void BeginFile(SafeFileHandle file, long offset);

    /// <summary>Memory again.</summary>
    void EndFile();
}

/// <summary>
/// The output of one HTTP/1.1 connection. Kestrel counts and frames the body as ever (it is told "so many bytes more"),
/// only the bytes go from the page cache to the socket by sendfile(2). The transport's write buffer is so small that a
/// flush ends when everything has been handed to the system; so nothing written earlier can arrive after the file.
/// </summary>
internal sealed partial class FileOutput : PipeWriter, IFileOutput
{
    private const int Again = 11;
    private const int Interrupted = 4;

    // When the system takes no more, one ordinary send waits for room; then sendfile goes on.
    private const int WaitingPieceSize = 16 * 1024;

    private static readonly Memory<byte> s_unused = new byte[1];
    private readonly PipeWriter _inner;
    private readonly Socket _socket;
    private SafeFileHandle? _file;
    private byte[]? _piece;
    private long _offset;
    private long _left;

    public FileOutput(PipeWriter inner, Socket socket)
    {
        _inner = inner;
        _socket = socket;
    }

    public static bool IsSupported => OperatingSystem.IsLinux();

    public override bool CanGetUnflushedBytes => _inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.UnflushedBytes + _left;

    public void BeginFile(SafeFileHandle file, long offset)
    {
        _file = file;
        _offset = offset;
        _left = 0;
    }

    public void EndFile() => _file = null;

    public override void Advance(int bytes)
    {
        if (_file is null)
            _inner.Advance(bytes);
        else
            _left += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _file is null ? _inner.GetMemory(sizeHint) : s_unused;

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        _file is { } file && _left > 0 ? SendAsync(file, cancellationToken) : _inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(
        ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        _inner.WriteAsync(source, cancellationToken);

    [LibraryImport("libc", EntryPoint = "sendfile64", SetLastError = true)]
    private static partial nint SendFile(SafeSocketHandle target, SafeFileHandle source, ref long offset, nint count);

    private async ValueTask<FlushResult> SendAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        try
        {
            while (_left > 0)
            {
                var sent = SendFile(_socket.SafeHandle, file, ref _offset, (nint)_left);
                var error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (sent > 0)
                    _left -= sent;
                else if (sent == 0)
                    throw new EndOfStreamException($"The file of a blob ends at byte {_offset}, before the blob does.");
                else if (error == Again)
                    await SendPieceAsync(file, cancellationToken);
                else if (error != Interrupted)
                    return Gone();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Gone();
        }

        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    private async ValueTask SendPieceAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        _piece ??= GC.AllocateUninitializedArray<byte>(WaitingPieceSize);
        var read = RandomAccess.Read(file, _piece.AsSpan(0, (int)Math.Min(_left, WaitingPieceSize)), _offset);
        if (read == 0)
            throw new EndOfStreamException($"The file of a blob ends at byte {_offset}, before the blob does.");
        var piece = _piece.AsMemory(0, read);
        while (!piece.IsEmpty)
        {
            var sent = await _socket.SendAsync(piece, cancellationToken);
            piece = piece[sent..];
            _offset += sent;
            _left -= sent;
        }
    }

    // The client left; the transport's receiving side says so too, and the request is aborted.
    private FlushResult Gone()
    {
        _left = 0;
        return new FlushResult(isCanceled: false, isCompleted: true);
    }
}

/// <summary>A connection's bytes with our output.</summary>
internal sealed class FileTransport : IDuplexPipe
{
    public FileTransport(PipeReader input, PipeWriter output)
    {
        Input = input;
        Output = output;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }
}
