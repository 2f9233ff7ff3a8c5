using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Values;

/// <summary>Writes compact JSON whose object members come out sorted, whatever order they go in.</summary>
/// <remarks>
/// Members are appended as they come; an object that turns out unsorted is permuted once, when it ends. Names are compared as
/// UTF-8 bytes, which is the order of code points. Not thread-safe; the buffers are reused by <see cref="Clear"/>.
/// </remarks>
sealed class SortedJsonWriter
{
    /// <summary>Deeper values are refused: a cycle looks just like that.</summary>
    internal const int MaxDepth = 32;

    static readonly SearchValues<byte> NeedsEscape = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    byte[] buffer = new byte[1024];
    int length;
    byte[] names = new byte[256];
    int namesLength;
    Member[] members = new Member[16];
    int memberCount;
    readonly Frame[] frames = new Frame[MaxDepth];
    int depth;

    /// <summary>What was written since <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    /// <summary>Where a value is.</summary>
    /// <param name="isBegun">True for the value that was begun last, false for the one that comes next.</param>
    public ValuePath PathTo(bool isBegun)
    {
        var path = new ValuePath();
        for (var i = 0; i < depth; i++)
        {
            // An object's latest member is the last one before those of the object within it.
            var isInnermost = i + 1 == depth;
            var last = (isInnermost ? memberCount : frames[i + 1].FirstMember) - 1;
            if (!frames[i].IsObject) path.Add(frames[i].ItemCount - (isInnermost && !isBegun ? 0 : 1));
            else if (last >= frames[i].FirstMember)
                path.Add(Encoding.UTF8.GetString(names.AsSpan(members[last].NameStart, members[last].NameLength)));
        }
        return path;
    }

    public void Clear() => length = namesLength = memberCount = depth = 0;

    public void StartObject() => Start((byte)'{', isObject: true);

    public void StartArray() => Start((byte)'[', isObject: false);

    public void EndArray()
    {
        depth--;
        Append((byte)']');
    }

    /// <summary>Starts a member; exactly one value must follow.</summary>
    public void Name(ReadOnlySpan<char> name)
    {
        var start = namesLength;
        EnsureNames(name.Length * 3);
        if (!TryTranscode(name, names.AsSpan(start), out var written))
            throw Unfit($"The name '{name}' has half of a surrogate pair and is not valid Unicode.");
        namesLength += written;
        AddMember(start);
    }

    /// <inheritdoc cref="Name(ReadOnlySpan{char})"/>
    public void Name(ReadOnlySpan<byte> utf8Name)
    {
        var start = namesLength;
        EnsureNames(utf8Name.Length);
        utf8Name.CopyTo(names.AsSpan(start));
        namesLength += utf8Name.Length;
        AddMember(start);
    }

    /// <exception cref="ShardyFusionException">Two members have the same name (<see cref="ErrorKind.InputInvalid"/>).</exception>
    public void EndObject()
    {
        ref var frame = ref frames[--depth];
        var own = members.AsSpan(frame.FirstMember, memberCount - frame.FirstMember);
        if (!own.IsEmpty)
        {
            own[^1].End = length;
            if (frame.IsUnsorted) Permute(own, frame.ContentStart);
            namesLength = frame.FirstName;
        }
        memberCount = frame.FirstMember;
        Append((byte)'}');
    }

    public void Null() => Raw("null"u8);

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>Writes a number or other value in its invariant form, unquoted.</summary>
    public void Number<T>(T value, ReadOnlySpan<char> format = default) where T : IUtf8SpanFormattable
    {
        BeforeValue();
        int written;
        while (!value.TryFormat(buffer.AsSpan(length), out written, format, CultureInfo.InvariantCulture)) Grow(buffer.Length);
        length += written;
    }

    /// <summary>Writes a value that has an invariant form without characters to escape, quoted.</summary>
    public void Quoted<T>(T value, ReadOnlySpan<char> format = default) where T : IUtf8SpanFormattable
    {
        BeforeValue();
        Append((byte)'"');
        int written;
        while (!value.TryFormat(buffer.AsSpan(length), out written, format, CultureInfo.InvariantCulture)) Grow(buffer.Length);
        length += written;
        Append((byte)'"');
    }

    /// <summary>Writes well-formed JSON as it is.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        BeforeValue();
        AppendAll(json);
    }

    /// <summary>Writes bytes as base64 text.</summary>
    public void Base64(ReadOnlySpan<byte> bytes)
    {
        BeforeValue();
        Append((byte)'"');
        Ensure(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, buffer.AsSpan(length), out _, out var written);
        length += written;
        Append((byte)'"');
    }

    public void String(ReadOnlySpan<byte> utf8)
    {
        BeforeValue();
        AppendString(utf8);
    }

    public void String(ReadOnlySpan<char> text)
    {
        BeforeValue();
        Ensure(text.Length * 3 + 2);
        var start = length;
        buffer[length++] = (byte)'"';
        if (!TryTranscode(text, buffer.AsSpan(length), out var written))
            throw Unfit($"The text at {PathTo(isBegun: true)} has half of a surrogate pair and is not valid Unicode.");
        length += written;
        var content = buffer.AsSpan(start + 1, length - start - 1);
        if (content.IndexOfAny(NeedsEscape) < 0)
        {
            Append((byte)'"');
            return;
        }
        var unescaped = ArrayPool<byte>.Shared.Rent(content.Length);
        var count = content.Length;
        content.CopyTo(unescaped);
        length = start;
        AppendString(unescaped.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(unescaped);
    }

    static bool TryTranscode(ReadOnlySpan<char> text, Span<byte> destination, out int written) =>
        Utf8.FromUtf16(text, destination, out _, out written, replaceInvalidSequences: false) == OperationStatus.Done;

    static ShardyFusionException Unfit(string message) => new(ErrorKind.InputInvalid, message);

    void Start(byte bracket, bool isObject)
    {
        if (depth == MaxDepth)
            throw Unfit($"The value is nested more than {MaxDepth} levels deep, or contains itself: {PathTo(isBegun: false)}.");
        BeforeValue();
        Append(bracket);
        frames[depth++] = new Frame { IsObject = isObject, FirstMember = memberCount, FirstName = namesLength, ContentStart = length };
    }

    void AddMember(int nameStart)
    {
        ref var frame = ref frames[depth - 1];
        var name = names.AsSpan(nameStart, namesLength - nameStart);
        if (memberCount > frame.FirstMember)
        {
            ref var previous = ref members[memberCount - 1];
            previous.End = length;
            if (names.AsSpan(previous.NameStart, previous.NameLength).SequenceCompareTo(name) >= 0) frame.IsUnsorted = true;
            Append((byte)',');
        }
        if (memberCount == members.Length) Array.Resize(ref members, members.Length * 2);
        members[memberCount++] = new Member { NameStart = nameStart, NameLength = name.Length, Start = length };
        AppendString(name);
        Append((byte)':');
    }

    void Permute(Span<Member> own, int contentStart)
    {
        own.Sort(new NameOrder(names));
        for (var i = 1; i < own.Length; i++)
        {
            var name = names.AsSpan(own[i].NameStart, own[i].NameLength);
            if (names.AsSpan(own[i - 1].NameStart, own[i - 1].NameLength).SequenceEqual(name))
            {
                memberCount -= own.Length;
                throw Unfit($"The name '{Encoding.UTF8.GetString(name)}' occurs twice in the object at {PathTo(isBegun: true)}.");
            }
        }
        var content = buffer.AsSpan(contentStart, length - contentStart);
        var unsorted = ArrayPool<byte>.Shared.Rent(content.Length);
        content.CopyTo(unsorted);
        length = contentStart;
        foreach (ref readonly var member in own)
        {
            if (length > contentStart) Append((byte)',');
            AppendAll(unsorted.AsSpan(member.Start - contentStart, member.End - member.Start));
        }
        ArrayPool<byte>.Shared.Return(unsorted);
    }

    void BeforeValue()
    {
        if (depth == 0) return;
        ref var frame = ref frames[depth - 1];
        if (frame.IsObject) return;
        if (frame.ItemCount++ > 0) Append((byte)',');
    }

    void AppendString(ReadOnlySpan<byte> utf8)
    {
        Append((byte)'"');
        while (true)
        {
            var clean = utf8.IndexOfAny(NeedsEscape);
            if (clean < 0) break;
            AppendAll(utf8[..clean]);
            AppendEscape(utf8[clean]);
            utf8 = utf8[(clean + 1)..];
        }
        AppendAll(utf8);
        Append((byte)'"');
    }

    void AppendEscape(byte value)
    {
        ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
        switch (value)
        {
            case (byte)'"': AppendAll("\\\""u8); break;
            case (byte)'\\': AppendAll("\\\\"u8); break;
            case (byte)'\n': AppendAll("\\n"u8); break;
            case (byte)'\r': AppendAll("\\r"u8); break;
            case (byte)'\t': AppendAll("\\t"u8); break;
            case (byte)'\b': AppendAll("\\b"u8); break;
            case (byte)'\f': AppendAll("\\f"u8); break;
            default:
                AppendAll("\\u00"u8);
                Append(hex[value >> 4]);
                Append(hex[value & 15]);
                break;
        }
    }

    void Append(byte value)
    {
        if (length == buffer.Length) Grow(1);
        buffer[length++] = value;
    }

    void AppendAll(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    void Ensure(int more)
    {
        if (buffer.Length - length < more) Grow(more);
    }

    void Grow(int more) => Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(buffer.Length * 2L, (long)length + more)));

    void EnsureNames(int more)
    {
        if (names.Length - namesLength < more) Array.Resize(ref names, Math.Max(names.Length * 2, namesLength + more));
    }

    struct Frame
    {
        public bool IsObject, IsUnsorted;
        public int ItemCount, FirstMember, FirstName, ContentStart;
    }

    struct Member
    {
        public int NameStart, NameLength, Start, End;
    }

    readonly struct NameOrder(byte[] names) : IComparer<Member>
    {
        public int Compare(Member x, Member y) =>
            names.AsSpan(x.NameStart, x.NameLength).SequenceCompareTo(names.AsSpan(y.NameStart, y.NameLength));
    }
}
