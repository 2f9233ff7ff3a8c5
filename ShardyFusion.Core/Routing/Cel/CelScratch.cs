namespace ShardyFusion.Routing.Cel;

/// <summary>Memory for the texts that an expression makes for one row. Not thread-safe.</summary>
/// <remarks>Spans stay valid and unchanged until <see cref="Clear"/>, also when it has grown.</remarks>
sealed class CelScratch
{
    /// <summary>Most bytes for one row.</summary>
    public const int MaxBytes = 64 << 20;

    // What a usual row needs is kept; more is let go of after the row.
    const int KeptBytes = 1 << 20;

    byte[] buffer = new byte[256];

    /// <summary>Bytes in use.</summary>
    public int Position { get; private set; }

    public void Clear()
    {
        Position = 0;
        if (buffer.Length > KeptBytes) buffer = new byte[256];
    }

    /// <summary>Room behind what is in use; it is in use only after <see cref="Advance"/>.</summary>
    public Span<byte> Room(int bytes)
    {
        if (buffer.Length - Position < bytes) Grow(bytes);
        return buffer.AsSpan(Position, bytes);
    }

    /// <summary>Takes the first bytes of <see cref="Room"/> into use.</summary>
    public CelText Advance(int bytes)
    {
        var begin = Position;
        Position += bytes;
        return new CelText(buffer, begin, bytes);
    }

    /// <summary>Puts a text right behind <paramref name="begin"/> and forgets whatever else lies there.</summary>
    /// <param name="begin">Where it is to begin.</param>
    /// <param name="text">Anything, also what lies behind <paramref name="begin"/> itself.</param>
    /// <returns>False when it would be too long.</returns>
    public bool Place(int begin, ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxBytes - begin) return false;
        Position = begin;
        text.CopyTo(Room(text.Length));
        Position += text.Length;
        return true;
    }

    /// <summary>What lies between <paramref name="begin"/> and the end of what is in use.</summary>
    public CelText From(int begin) => new(buffer, begin, Position - begin);

    /// <summary>Keeps a text until <see cref="Clear"/>, as an array with its offset.</summary>
    public bool Keep(ReadOnlySpan<byte> text, out ArraySegment<byte> kept)
    {
        var begin = Position;
        var fits = Place(begin, text);
        kept = fits ? new ArraySegment<byte>(buffer, begin, text.Length) : default;
        return fits;
    }

    // The old array stays as it is for those who hold spans of it.
    void Grow(int bytes)
    {
        var grown = new byte[Math.Max(buffer.Length * 2, Position + bytes)];
        buffer.AsSpan(0, Position).CopyTo(grown);
        buffer = grown;
    }
}
