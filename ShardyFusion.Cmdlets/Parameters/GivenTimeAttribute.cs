using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Reads a time as it is shown, in the Gregorian calendar, whatever the session's culture: PowerShell would take 2026 for a
/// year of its own calendar.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GivenTimeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string text => TimeText.TryParse(text, out var time, out var hasZone) ? new GivenTime(time, hasZone ? null : "UTC")
                : throw new ArgumentTransformationMetadataException(
                    $"'{text}' is not a time. Use a form such as 2026-03-14T10:30:00Z."),
            DateTime { Kind: DateTimeKind.Unspecified } time => new GivenTime(time, string.Create(CultureInfo.InvariantCulture,
                $"the local one of this machine (UTC{TimeZoneInfo.Local.GetUtcOffset(time).TotalHours:+0.##;-0.##;+0})")),
            DateTime time => new GivenTime(time, null),
            DateTimeOffset time => new GivenTime(time, null),
            var other => other,
        };
}
