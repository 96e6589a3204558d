using System.Buffers;

namespace Samtala.Protocol;

/// <summary>Bytes on their way out, in pooled pieces that are filled in place and sent from there.</summary>
/// <remarks>Used with the lock of the stream held. One reader looks at the oldest bytes and says how many were sent.
/// </remarks>
internal sealed class OutputPieces(int pieceSize)
{
    private readonly Queue<Piece> _full = new();
    private Piece? _current;
    private bool _isReserved;

    /// <summary>How many bytes were committed and not sent.</summary>
    internal long UnsentBytes { get; private set; }

    internal bool IsReserved => _isReserved;

    /// <summary>Room behind what is committed, kept in place until <see cref="Commit"/>.</summary>
    internal Memory<byte> Reserve(int size)
    {
        if (_current is null || _current.Buffer.Length - _current.End < size)
        {
            Retire();
            _current = new Piece(ArrayPool<byte>.Shared.Rent(Math.Max(pieceSize, size)));
        }

        _isReserved = true;
        return _current.Buffer.AsMemory(_current.End);
    }

    internal void Commit(int size)
    {
        _isReserved = false;
        _current!.End += size;
        UnsentBytes += size;
    }

    internal bool TryPeek(out ReadOnlyMemory<byte> bytes)
    {
        Piece? piece = _full.Count > 0 ? _full.Peek() : _current;
        if (piece is null || piece.Start == piece.End)
        {
            bytes = default;
            return false;
        }

        bytes = piece.Buffer.AsMemory(piece.Start, piece.End - piece.Start);
        return true;
    }

    internal void Advance(int count)
    {
        bool isFull = _full.Count > 0;
        Piece? piece = isFull ? _full.Peek() : _current;
        if (piece is null || (uint)count > (uint)(piece.End - piece.Start))
            throw new ArgumentOutOfRangeException(nameof(count), count, "More was sent than there was.");
        piece.Start += count;
        UnsentBytes -= count;
        if (piece.Start < piece.End)
            return;
        if (isFull)
        {
            _full.Dequeue();
            ArrayPool<byte>.Shared.Return(piece.Buffer);
        }
        else if (!_isReserved)
        {
            // An idle stream holds no memory.
            Retire();
        }
    }

    /// <summary>Gives everything back; nothing may be using it.</summary>
    internal void Clear()
    {
        while (_full.TryDequeue(out Piece? piece))
            ArrayPool<byte>.Shared.Return(piece.Buffer);
        if (_current is not null)
            ArrayPool<byte>.Shared.Return(_current.Buffer);
        _current = null;
        _isReserved = false;
        UnsentBytes = 0;
    }

    private void Retire()
    {
        if (_current is null)
            return;
        if (_current.Start < _current.End)
            _full.Enqueue(_current);
        else
            ArrayPool<byte>.Shared.Return(_current.Buffer);
        _current = null;
    }

    private sealed class Piece(byte[] buffer)
    {
        internal byte[] Buffer { get; } = buffer;

        /// <summary>Everything before was sent.</summary>
        internal int Start { get; set; }

        /// <summary>Everything before was committed.</summary>
        internal int End { get; set; }
    }
}
