using System.Collections.Specialized;
using System.Management.Automation;
using System.Text.Json;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>Turns stored JSON into objects, and never loses a name, a sign or a digit on the way. For one thread.</summary>
/// <remarks>
/// An object becomes a <see cref="PSObject"/>; one whose names PowerShell's properties cannot tell apart or cannot have becomes an
/// <see cref="OrderedDictionary"/> that compares names exactly.
/// </remarks>
sealed class JsonObjects
{
    static readonly JsonDocumentOptions Options = new() { MaxDepth = 512 };

    readonly ValuePath path = new();

    /// <summary>Reads one document.</summary>
    /// <exception cref="JsonException">The bytes are none.</exception>
    /// <exception cref="ValueNotHeldException">Nothing holds it without loss.</exception>
    public static object? Parse(byte[] stored)
    {
        if (stored.Length == 0) return null;
        using var document = JsonDocument.Parse(stored, Options);
        return new JsonObjects().Of(document.RootElement);
    }

    object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Members(element),
        JsonValueKind.Array => Items(element),
        JsonValueKind.String => Text(element.GetString),
        JsonValueKind.Number => JsonNumber.Parse(element.GetRawText())
        ?? throw new ValueNotHeldException($"no number has the value at {path}, {element.GetRawText()}, exactly."),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    object Members(JsonElement element)
    {
        var properties = new PSObject();
        OrderedDictionary? entries = null;
        foreach (var member in element.EnumerateObject())
        {
            var name = Text(() => member.Name)!;
            var value = Within(name, member.Value);
            if (entries is null && (name.Length == 0 || IsReserved(name) || properties.Properties[name] is not null))
                entries = ToDictionary(properties);
            if (entries is null) properties.Properties.Add(new PSNoteProperty(name, value));
            else if (entries.Contains(name)) throw new ValueNotHeldException($"the object at {path} has the name '{name}' twice.");
            else entries.Add(name, value);
        }
        return (object?)entries ?? properties;
    }

    static OrderedDictionary ToDictionary(PSObject properties)
    {
        var entries = new OrderedDictionary(StringComparer.Ordinal);
        foreach (var property in properties.Properties) entries.Add(property.Name, property.Value);
        return entries;
    }

    object?[] Items(JsonElement element)
    {
        var items = new object?[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            path.Add(i);
            items[i++] = Of(item);
            path.RemoveLast();
        }
        return items;
    }

    object? Within(string name, JsonElement value)
    {
        path.Add(name);
        var result = Of(value);
        path.RemoveLast();
        return result;
    }

    string? Text(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new ValueNotHeldException($"text at {path} has half of a surrogate pair.");
        }
    }

    /// <summary>True for the names by which PowerShell itself looks at an object.</summary>
    static bool IsReserved(string name) => name.ToUpperInvariant() is "PSBASE" or "PSADAPTED" or "PSEXTENDED" or "PSOBJECT"
        or "PSTYPENAMES";
}
