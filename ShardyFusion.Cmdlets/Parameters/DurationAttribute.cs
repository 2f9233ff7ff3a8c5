using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Lets a duration be written as on the command line: <c>90</c> seconds, <c>15m</c>, <c>12h</c>, <c>30d</c>, <c>01:30:00</c>.
/// PowerShell alone would take the number 90 for 9 microseconds, and its text for 90 days.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        // A number keeps the word it was written as: PowerShell reads 30d as the decimal 30.
        var data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var text = inputData is PSObject ? inputData.ToString()! : Convert.ToString(data, CultureInfo.InvariantCulture) ?? "";
        return data switch
        {
            null => null,
            TimeSpan span => Accept(DurationText.TryOfSeconds(span.TotalSeconds, text, out _, out var fault), span, fault),
            string => Accept(DurationText.TryParse(text, out var read, out var fault), read, fault),
            byte or short or int or long or float or double or decimal => Accept(DurationText.TryParse(text, out var read, out var fault)
                || DurationText.TryOfSeconds(Convert.ToDouble(data, CultureInfo.InvariantCulture), text, out read, out fault), read, fault),
            _ => data,
        };
    }

    static TimeSpan Accept(bool isRead, TimeSpan duration, string? fault) => isRead ? duration
        : throw new ArgumentTransformationMetadataException(fault);
}
