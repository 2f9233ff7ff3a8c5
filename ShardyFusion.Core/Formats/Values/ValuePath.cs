using System.Globalization;
using System.Text;

namespace ShardyFusion.Formats.Values;

/// <summary>Where in a value something is: <c>$.a.b[2]</c>. For one thread.</summary>
sealed class ValuePath
{
    /// <summary>What contains itself would fill the screen.</summary>
    const int MaxShownSteps = 8;

    readonly List<object> steps = [];

    /// <summary>The number of steps.</summary>
    public int Depth => steps.Count;

    /// <summary>Steps into a property.</summary>
    public void Add(string name) => steps.Add(name);

    /// <summary>Steps into a list.</summary>
    public void Add(int index) => steps.Add(index);

    /// <summary>Steps back out.</summary>
    public void RemoveLast() => steps.RemoveAt(steps.Count - 1);

    /// <summary>The path as text; plain names after a dot, others in brackets and quotes.</summary>
    public override string ToString() => ToString(steps.Count);

    /// <summary>The first steps of the path as text.</summary>
    public string ToString(int stepCount)
    {
        var text = new StringBuilder("$");
        foreach (var step in steps.Take(Math.Min(stepCount, MaxShownSteps)))
        {
            if (step is int index) text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else if (step is string name && name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c == '_'))
                text.Append('.').Append(name);
            else text.Append(CultureInfo.InvariantCulture, $"['{step}']");
        }
        return stepCount > MaxShownSteps ? text.Append('…').ToString() : text.ToString();
    }
}
