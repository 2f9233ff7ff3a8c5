using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Internal;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Takes PowerShell's wrapping off values, so that the engine sees plain .NET objects.</summary>
static class PlainValue
{
    /// <summary>The value without wrapping; custom objects become <see cref="RowFields"/>, lists and dictionaries are taken off
    /// within.</summary>
    /// <param name="value">The value.</param>
    /// <param name="property">Its property, for the path in errors; null for none.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: something in it has no exact form, cannot be read, or
    /// contains itself.</exception>
    public static object? Of(object? value, string? property = null) => value is null or string or int or long or double or bool or decimal
        or DateTime
        ? value
        : new Unwrapping(property).Of(value);

    /// <summary>One walk through one value.</summary>
    sealed class Unwrapping
    {
        /// <summary>Far more than is stored: objects that make new ones without end stop here.</summary>
        const int DepthLimit = 64;

        readonly ValuePath path = new();
        readonly List<object> ancestors = [];
        readonly int rootSteps;

        public Unwrapping(string? property)
        {
            if (property is null) return;
            path.Add(property);
            rootSteps = 1;
        }

        public object? Of(object? value)
        {
            if (value is PSObject wrapped)
            {
                if (ReferenceEquals(wrapped, AutomationNull.Value)) return null;
                // The wrapper is what is a custom object: what it wraps is one and the same for all of them.
                if (wrapped.BaseObject is PSCustomObject) return Inside(wrapped, Fields);
                value = wrapped.BaseObject;
            }
            return value switch
            {
                SwitchParameter flag => flag.ToBool(),
                _ when ExactValues.IsLeaf(value) => value,
                IDictionary map => Inside(map, Map),
                _ when ExactValues.IsList(value) => Inside((IEnumerable)value!, Items),
                _ => throw Unfit($"is a {value!.GetType()}, which has no exact JSON form. {ExactValues.Conversion(value)}"),
            };
        }

        object? Inside<T>(T container, Func<T, object?> takeApart) where T : class
        {
            if (ancestors.FindIndex(ancestor => ReferenceEquals(ancestor, container)) is >= 0 and var outer)
                throw Unfit($"is the object at {path.ToString(rootSteps + outer)} again: an object that contains itself has no JSON form.");
            if (ancestors.Count == DepthLimit) throw Unfit($"is nested more than {DepthLimit} levels deep.");
            ancestors.Add(container);
            var plain = takeApart(container);
            ancestors.RemoveAt(ancestors.Count - 1);
            return plain;
        }

        RowFields Fields(PSObject custom)
        {
            var names = new List<string>();
            var values = new List<object?>();
            foreach (var property in custom.Properties)
            {
                path.Add(property.Name);
                names.Add(property.Name);
                values.Add(Of(Read(property)));
                path.RemoveLast();
            }
            return new RowFields(names, values);
        }

        Dictionary<string, object?> Map(IDictionary map)
        {
            var plain = new Dictionary<string, object?>(map.Count, StringComparer.Ordinal);
            foreach (DictionaryEntry entry in map)
            {
                var name = ExactValues.TextOf(Bare(entry.Key))
                    ?? throw Unfit($"has an entry whose name is a {Bare(entry.Key)!.GetType()}, which has no exact text form.");
                path.Add(name);
                if (!plain.TryAdd(name, Of(entry.Value))) throw Unfit("is there twice: two names have the same text.");
                path.RemoveLast();
            }
            return plain;
        }

        List<object?> Items(IEnumerable items)
        {
            var plain = new List<object?>();
            foreach (var item in items)
            {
                path.Add(plain.Count);
                plain.Add(Of(item));
                path.RemoveLast();
            }
            return plain;
        }

        object? Read(PSPropertyInfo property)
        {
            try
            {
                return property.Value;
            }
            catch (ExtendedTypeSystemException e)
            {
                throw Unfit($"cannot be read: {(e.InnerException ?? e).Message}", e);
            }
        }

        ShardyFusionException Unfit(string what, Exception? cause = null) =>
            new(ErrorKind.InputInvalid, $"The value at {path} {what}", cause);
    }

    /// <summary>A value without its wrapper, whatever it is.</summary>
    public static object? Bare(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
