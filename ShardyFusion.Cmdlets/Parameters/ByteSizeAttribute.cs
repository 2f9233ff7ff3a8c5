using System.Management.Automation;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Lets a size in bytes be written as text with a unit: <c>64MiB</c>, <c>1.5 GB</c>, <c>4096</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return data is not string text ? data
            : SizeText.TryParse(text, out var bytes, out var fault) ? bytes
            : throw new ArgumentTransformationMetadataException(fault);
    }
}
