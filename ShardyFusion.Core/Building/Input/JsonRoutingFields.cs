using System.Text;
using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Input;

/// <summary>Takes the fields that decide where a row goes out of JSON objects. One per thread.</summary>
/// <param name="names">See <see cref="InputFile.RoutingFields"/>.</param>
sealed class JsonRoutingFields(IReadOnlyList<string> names)
{
    readonly byte[][] encodedNames = [.. names.Select(Encoding.UTF8.GetBytes)];
    readonly bool[] seen = new bool[names.Count];
    int[] slots = [];
    CelColumns? columns;

    /// <summary>Begins a row.</summary>
    /// <param name="room">Takes its fields; null when none are wanted.</param>
    public void Begin(CelColumns? room)
    {
        columns = room;
        if (room is null) return;
        room.Clear();
        seen.AsSpan().Clear();
        if (slots.Length == 0) slots = [.. names.Select(room.SlotOf)];
    }

    /// <summary>Looks whether the property name at which a reader stands is one of them.</summary>
    /// <returns>Its place; -1 when it is none.</returns>
    public int Find(ref Utf8JsonReader reader)
    {
        if (columns is null) return -1;
        for (var i = 0; i < encodedNames.Length; i++)
            if (reader.ValueTextEquals(encodedNames[i])) return i;
        return -1;
    }

    /// <summary>Takes the value at which a reader stands, and leaves it there.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the row has the field twice.</exception>
    public void Take(int place, ref Utf8JsonReader reader, ref byte[] unescaped)
    {
        if (seen[place]) throw new ShardyFusionException(ErrorKind.InputInvalid, $"It has the field '{names[place]}' twice.");
        seen[place] = true;
        var slot = slots[place];
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: break;
            case JsonTokenType.String: columns!.SetFromText(slot, JsonValue.Text(ref reader, ref unescaped)); break;
            case JsonTokenType.True or JsonTokenType.False: columns!.Set(slot, reader.TokenType == JsonTokenType.True); break;
            case JsonTokenType.Number when !columns!.TypeOf(slot).IsText(): columns.SetFromText(slot, reader.ValueSpan); break;
            case JsonTokenType.Number: columns!.Refuse(slot, $"the number {Encoding.UTF8.GetString(reader.ValueSpan)}"); break;
            case JsonTokenType.StartObject: columns!.Refuse(slot, "a JSON object"); break;
            default: columns!.Refuse(slot, "a JSON array"); break;
        }
    }
}
