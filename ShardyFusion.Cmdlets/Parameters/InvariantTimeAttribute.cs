using System.Globalization;
using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Reads a time that is written as text in the Gregorian calendar, whatever the session's culture: PowerShell would take 2026 for
/// a year of its own calendar.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InvariantTimeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return data is not string text ? data
            : DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time
            : throw new ArgumentTransformationMetadataException($"'{text}' is not a time. Use a form such as 2026-03-14T10:30:00Z.");
    }
}
