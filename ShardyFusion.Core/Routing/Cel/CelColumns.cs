using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace ShardyFusion.Routing.Cel;

/// <summary>The columns that an expression reads, for one row at a time. One for each thread; not thread-safe.</summary>
/// <remarks>
/// A value that does not fit its column is no error by itself: only an expression that needs it fails, as with a column that is missing.
/// </remarks>
sealed class CelColumns
{
    readonly IReadOnlyList<CelColumn> columns;
    readonly CelValue[] values;
    char[] characters = [];

    internal CelColumns(IReadOnlyList<CelColumn> columns, int variables)
    {
        this.columns = columns;
        values = new CelValue[columns.Count + variables];
        Clear();
    }

    /// <summary>Columns for expressions that read the key alone; any of them may use it, one after another.</summary>
    /// <param name="present">What there is, or null.</param>
    /// <param name="program">The expression.</param>
    internal static CelColumns ForKeys(CelColumns? present, CelProgram program) =>
        present is not null && present.values.Length >= program.Slots ? present : new CelColumns([], program.Slots);

    internal CelScratch Scratch { get; } = new();

    /// <summary>Room for a text as UTF-16; the next call reuses it.</summary>
    internal Span<char> Characters(int length)
    {
        if (characters.Length < length) characters = new char[Math.Max(length, 256)];
        return characters.AsSpan(0, length);
    }

    internal ref CelValue this[int slot] => ref values[slot];

    /// <summary>Begins a new row: every column is missing.</summary>
    public void Clear()
    {
        for (var slot = 0; slot < columns.Count; slot++) values[slot].Fault = columns[slot].Missing;
        Scratch.Clear();
    }

    /// <summary>The slot of a column.</summary>
    /// <returns>Negative when the expression reads no such column.</returns>
    public int SlotOf(string name)
    {
        for (var slot = 0; slot < columns.Count; slot++)
            if (columns[slot].Name == name) return slot;
        return -1;
    }

    /// <summary>Sets a column to a .NET value of its type.</summary>
    /// <param name="slot">From <see cref="SlotOf"/>.</param>
    /// <param name="value">For int and uint an integer or Boolean; for double a number or Boolean; for bool a Boolean; for string text or
    /// UTF-8 bytes; for bytes bytes. Null is a missing column.</param>
    public void Set(int slot, object? value)
    {
        var column = columns[slot];
        switch (value)
        {
            case null: values[slot].Fault = column.Missing; break;
            case bool truth when column.Type == CelType.Bool: SetNumber(slot, truth ? 1 : 0); break;
            case bool truth: SetInteger(slot, truth ? 1 : 0); break;
            case byte or sbyte or short or ushort or int or uint or long:
                SetInteger(slot, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number: SetInteger(slot, number); break;
            case Int128 number: SetInteger(slot, number); break;
            case BigInteger number: SetBig(slot, number); break;
            case double or float when column.Type == CelType.Double:
                SetDouble(slot, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case decimal number when column.Type == CelType.Double: SetDouble(slot, (double)number); break;
            case string text when column.Type == CelType.String: SetText(slot, text); break;
            case char character when column.Type == CelType.String: SetText(slot, [character]); break;
            case byte[] bytes when column.Type.IsText(): SetText(slot, bytes); break;
            case ReadOnlyMemory<byte> bytes when column.Type.IsText(): SetText(slot, bytes.Span); break;
            case Memory<byte> bytes when column.Type.IsText(): SetText(slot, bytes.Span); break;
            case ArraySegment<byte> bytes when column.Type.IsText(): SetText(slot, bytes); break;
            default:
                if (column.Type == CelType.String && KeyText.Of(value) is { } shown) SetText(slot, shown);
                else values[slot].Fault = column.WrongType(value);
                break;
        }
    }

    /// <summary>Sets an int, uint or double column to an integer.</summary>
    public void SetInteger(int slot, Int128 value)
    {
        var column = columns[slot];
        switch (column.Type)
        {
            case CelType.Int when value >= long.MinValue && value <= long.MaxValue: SetNumber(slot, (long)value); break;
            case CelType.UInt when value >= 0 && value <= ulong.MaxValue: SetNumber(slot, (long)(ulong)value); break;
            case CelType.Double: SetDouble(slot, Nearest(value)); break;
            case CelType.Int or CelType.UInt: values[slot].Fault = column.OutOfRange; break;
            default: values[slot].Fault = column.WrongType(value); break;
        }
    }

    /// <summary>Sets a column to a value that may be text as files have it, or a number as databases do.</summary>
    internal void Set(int slot, object? value, bool isText)
    {
        switch (value)
        {
            case string text when isText && columns[slot].Type != CelType.String:
                if (TryEncode(slot, text, out var utf8)) SetFromText(slot, utf8);
                break;
            // As databases have integers of many digits; keys are taken so too.
            case decimal number when isText && decimal.IsInteger(number): SetInteger(slot, (Int128)number); break;
            default: Set(slot, value); break;
        }
    }

    /// <summary>Notes that the row has something that a column cannot be.</summary>
    /// <param name="slot">From <see cref="SlotOf"/>.</param>
    /// <param name="found">What it has, with an article or in quotes.</param>
    internal void Refuse(int slot, string found) => values[slot].Fault = columns[slot].IsOf(found);

    /// <summary>The type of a column.</summary>
    internal CelType TypeOf(int slot) => columns[slot].Type;

    /// <summary>True once a text held a NUL, where shardyfusion's texts end.</summary>
    internal bool HasSeenNul { get; private set; }

    /// <summary>Sets a column to text as files have it: digits for numbers, <c>true</c> and <c>false</c>, anything for string and
    /// bytes.</summary>
    /// <param name="slot">From <see cref="SlotOf"/>.</param>
    /// <param name="utf8">UTF-8; need not stay.</param>
    public void SetFromText(int slot, ReadOnlySpan<byte> utf8)
    {
        switch (columns[slot].Type)
        {
            case CelType.Int when CelNumberText.TryInt(utf8, out var number): SetNumber(slot, number); break;
            case CelType.UInt when CelNumberText.TryUInt(utf8, out var number): SetNumber(slot, (long)number); break;
            case CelType.Double when CelNumberText.TryDouble(utf8, out var number): SetDouble(slot, number); break;
            case CelType.Bool when utf8.SequenceEqual("true"u8): SetNumber(slot, 1); break;
            case CelType.Bool when utf8.SequenceEqual("false"u8): SetNumber(slot, 0); break;
            case CelType.String or CelType.Bytes: SetText(slot, utf8); break;
            default: values[slot].Fault = columns[slot].NotOfType(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 100)])); break;
        }
    }

    /// <summary>Sets a string or bytes column to a copy of <paramref name="text"/>.</summary>
    public void SetText(int slot, ReadOnlySpan<byte> text)
    {
        if (Scratch.Keep(text, out var kept)) SetText(slot, kept.Array!, kept.Offset, kept.Count);
        else values[slot].Fault = CelFault.TextTooLong;
    }

    /// <summary>Sets a string or bytes column to a text that stays where it is, unchanged, until the row is routed.</summary>
    public void SetText(int slot, byte[] buffer, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ref var value = ref values[slot];
        var column = columns[slot];
        if (!column.Type.IsText()) value.Fault = column.NotOfType("text");
        else if (column.Type == CelType.String && !Utf8.IsValid(buffer.AsSpan(offset, length))) value.Fault = column.NotUtf8;
        else value = new CelValue { Text = buffer, Offset = offset, Length = length };
        if (!HasSeenNul && buffer.AsSpan(offset, length).Contains((byte)0)) HasSeenNul = true;
    }

    void SetText(int slot, ReadOnlySpan<char> text)
    {
        if (TryEncode(slot, text, out var utf8)) SetText(slot, utf8);
    }

    /// <summary>Turns a text into UTF-8, which stays until the next text is set.</summary>
    bool TryEncode(int slot, ReadOnlySpan<char> text, out ReadOnlySpan<byte> utf8)
    {
        var room = Scratch.Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        var isWhole = Utf8.FromUtf16(text, room, out _, out var bytes,
            replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done;
        if (!isWhole) values[slot].Fault = columns[slot].HalfCharacter;
        utf8 = room[..bytes];
        return isWhole;
    }

    void SetBig(int slot, BigInteger value)
    {
        if (value >= Int128.MinValue && value <= Int128.MaxValue || columns[slot].Type != CelType.Double)
            SetInteger(slot, Int128.CreateSaturating(value));
        else SetDouble(slot, Nearest(value));
    }

    // The framework's own conversions of wide integers cut instead of rounding.
    static double Nearest<T>(T value) where T : IBinaryInteger<T> =>
        T.Abs(value) <= T.CreateChecked(1L << 53) ? double.CreateChecked(value)
            : double.Parse(value.ToString(null, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    // Whatever sign a given NaN has, it is the positive one.
    void SetDouble(int slot, double value) =>
        SetNumber(slot, double.IsNaN(value) ? CelDoubles.PositiveNaNBits : BitConverter.DoubleToInt64Bits(value));

    void SetNumber(int slot, long bits) => values[slot] = new CelValue { Number = bits };
}

/// <summary>The value of one column or variable.</summary>
struct CelValue
{
    /// <summary>Why there is no value; null when there is one.</summary>
    public CelFault? Fault;

    /// <summary>The array that holds a text.</summary>
    public byte[]? Text;

    public int Offset;
    public int Length;

    /// <summary>A number, or its bits; 1 for true.</summary>
    public long Number;
}

/// <summary>A column that an expression may read.</summary>
sealed record CelColumn(string Name, CelType Type)
{
    public CelFault Missing { get; } = Fault(Name, $"the column '{Name}' has no value");

    public CelFault OutOfRange { get; } = Fault(Name, $"the value of the column '{Name}' does not fit {Type.StorageName()}");

    public CelFault NotUtf8 { get; } = Fault(Name, $"the column '{Name}' is not valid UTF-8");

    public CelFault HalfCharacter { get; } = Fault(Name, $"the column '{Name}' holds half a character, an unpaired surrogate");

    public CelFault WrongType(object value) => IsOf($"a {value.GetType().Name}");

    public CelFault NotOfType(string text) => IsOf(KeyFaults.Quote(text));

    /// <summary>The row has something else than the column's type.</summary>
    /// <param name="found">What it has, with an article or in quotes.</param>
    public CelFault IsOf(string found) => Fault(Name, $"the column '{Name}' is {Type.StorageName()}, and the row has {found}");

    static CelFault Fault(string name, string reason) => new(reason) { Column = name };
}
