using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Columns;

/// <summary>The exact text of values that are not text or bytes themselves. Stateless.</summary>
static class ScalarText
{
    /// <summary>No text is longer.</summary>
    public const int MaxBytes = 2048;

    const int MaxDecimalBytes = 64;
    const long DayNanos = 86_400_000_000_000, EpochJulianDay = 2_440_588;

    /// <summary>Writes a value as text.</summary>
    /// <param name="type">What it means.</param>
    /// <param name="number">The value, of a number.</param>
    /// <param name="bytes">The value, of bytes.</param>
    /// <param name="target">At least <see cref="MaxBytes"/>.</param>
    /// <param name="isBare">True when it is a JSON number or Boolean, false when JSON has it in quotes.</param>
    /// <returns>Bytes written; negative when there is no such value, such as hour 25.</returns>
    public static int Write(ColumnType type, long number, ReadOnlySpan<byte> bytes, Span<byte> target, out bool isBare)
    {
        isBare = type.IsBare;
        return type.Kind switch
        {
            ValueKind.Boolean => Copy(number != 0 ? "true"u8 : "false"u8, target),
            ValueKind.Integer => Format(number, target),
            ValueKind.Unsigned32 => Format((uint)number, target),
            ValueKind.Unsigned64 => Format((ulong)number, target),
            ValueKind.Half => Real(BinaryPrimitives.ReadHalfLittleEndian(bytes), target, ref isBare),
            ValueKind.Float => Real(BitConverter.Int32BitsToSingle((int)number), target, ref isBare),
            ValueKind.Double => Real(BitConverter.Int64BitsToDouble(number), target, ref isBare),
            ValueKind.Decimal => type.IsNumber ? Decimal(number, type.Scale, target) : Decimal(bytes, type.Scale, target),
            ValueKind.Uuid => Format(new Guid(bytes, bigEndian: true), target),
            ValueKind.Date => Date(number, target),
            ValueKind.Time => Clock(number, type.Fraction, target),
            ValueKind.Timestamp => Timestamp(number, type, target),
            ValueKind.Int96 => Int96(bytes, target),
            ValueKind.Interval => Interval(bytes, target),
            _ => throw new InvalidOperationException($"{type.Kind} has no text of its own."),
        };
    }

    /// <summary>An integer from its bytes, as decimals have them.</summary>
    /// <returns>False when it has more than 64 bits.</returns>
    public static bool TryInteger(ReadOnlySpan<byte> bigEndian, out long value)
    {
        value = 0;
        if (bigEndian.Length > MaxDecimalBytes) return false;
        var number = new BigInteger(bigEndian, isUnsigned: false, isBigEndian: true);
        if (number < long.MinValue || number > long.MaxValue) return false;
        value = (long)number;
        return true;
    }

    static int Format<T>(T value, Span<byte> target) where T : IUtf8SpanFormattable =>
        value.TryFormat(target, out var written, default, CultureInfo.InvariantCulture) ? written : -1;

    static int Copy(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text.CopyTo(target);
        return text.Length;
    }

    /// <summary>The shortest text that gives the number back in its own width; JSON has no infinity, so that these are texts.</summary>
    static int Real<T>(T value, Span<byte> target, ref bool isBare) where T : IUtf8SpanFormattable, IFloatingPointIeee754<T>
    {
        isBare = T.IsFinite(value);
        if (isBare) return Format(value, target);
        return Copy(T.IsNaN(value) ? "NaN"u8 : T.IsNegative(value) ? "-Infinity"u8 : "Infinity"u8, target);
    }

    static int Decimal(ReadOnlySpan<byte> bytes, int scale, Span<byte> target)
    {
        if (bytes.Length is 0 or > MaxDecimalBytes) return -1;
        var value = new BigInteger(bytes, isUnsigned: false, isBigEndian: true);
        return value >= long.MinValue && value <= long.MaxValue ? Decimal((long)value, scale, target)
            : Pointed(value.ToString(CultureInfo.InvariantCulture), scale, target);
    }

    static int Decimal(long value, int scale, Span<byte> target)
    {
        if (scale == 0) return Format(value, target);
        Span<char> digits = stackalloc char[20];
        value.TryFormat(digits, out var count, default, CultureInfo.InvariantCulture);
        return Pointed(digits[..count], scale, target);
    }

    static int Pointed(ReadOnlySpan<char> digits, int scale, Span<byte> target)
    {
        var at = 0;
        if (digits[0] == '-')
        {
            target[at++] = (byte)'-';
            digits = digits[1..];
        }
        var whole = digits.Length - scale;
        if (whole <= 0) target[at++] = (byte)'0';
        for (var i = 0; i < whole; i++) target[at++] = (byte)digits[i];
        if (scale == 0) return at;
        target[at++] = (byte)'.';
        for (var i = whole; i < digits.Length; i++) target[at++] = i < 0 ? (byte)'0' : (byte)digits[i];
        return at;
    }

    static int Timestamp(long value, ColumnType type, Span<byte> target)
    {
        var unitsADay = DayNanos / Power(9 - type.Fraction);
        var (day, time) = (Math.DivRem(value, unitsADay, out var rest), rest);
        if (time < 0) (day, time) = (day - 1, time + unitsADay);
        var at = Date(day, target);
        target[at++] = (byte)'T';
        at += Clock(time, type.Fraction, target[at..]);
        if (type.IsUtc) target[at++] = (byte)'Z';
        return at;
    }

    static int Int96(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        // Nanoseconds beyond a day are carried into it, as its readers do.
        var nanos = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var day = BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(long)..]) - EpochJulianDay;
        day += Math.DivRem(nanos, DayNanos, out nanos);
        if (nanos < 0) (day, nanos) = (day - 1, nanos + DayNanos);
        var at = Date(day, target);
        target[at++] = (byte)'T';
        return at + Clock(nanos, 9, target[at..]);
    }

    /// <summary>A date of the Gregorian calendar, with a sign where the year has not four digits.</summary>
    static int Date(long daysSince1970, Span<byte> target)
    {
        // Years begin in March here, so that the leap day is the last of one; 400 of them have 146,097 days.
        const long EraDays = 146_097, DaysBefore1970 = 719_468;
        var shifted = daysSince1970 + DaysBefore1970;
        var era = shifted >= 0 ? shifted / EraDays : (shifted - EraDays + 1) / EraDays;
        var dayOfEra = shifted - era * EraDays;
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shiftedMonth = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        var month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        var year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        var at = 0;
        if (year is < 0 or > 9999) target[at++] = year < 0 ? (byte)'-' : (byte)'+';
        at += Padded(Math.Abs(year), 4, target[at..]);
        target[at++] = (byte)'-';
        at += Padded(month, 2, target[at..]);
        target[at++] = (byte)'-';
        return at + Padded(day, 2, target[at..]);
    }

    static int Clock(long value, int fraction, Span<byte> target)
    {
        var second = Power(fraction);
        if (value < 0 || value >= 86_400 * second) return -1;
        var seconds = Math.DivRem(value, second, out var rest);
        var at = Padded(seconds / 3600, 2, target);
        target[at++] = (byte)':';
        at += Padded(seconds / 60 % 60, 2, target[at..]);
        target[at++] = (byte)':';
        at += Padded(seconds % 60, 2, target[at..]);
        target[at++] = (byte)'.';
        return at + Padded(rest, fraction, target[at..]);
    }

    static int Interval(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        var at = Copy("P"u8, target);
        at += Format(BinaryPrimitives.ReadUInt32LittleEndian(bytes), target[at..]);
        at += Copy("M"u8, target[at..]);
        at += Format(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), target[at..]);
        at += Copy("DT"u8, target[at..]);
        var millis = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        at += Decimal(millis, 3, target[at..]);
        return at + Copy("S"u8, target[at..]);
    }

    static int Padded(long value, int digits, Span<byte> target) =>
        Utf8Formatter.TryFormat(value, target, out var written, new System.Buffers.StandardFormat('D', (byte)digits)) ? written : -1;

    static long Power(int digits) => digits switch { 0 => 1, 3 => 1_000, 6 => 1_000_000, _ => 1_000_000_000 };
}
