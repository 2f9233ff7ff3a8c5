namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Where the value of a parameter that is not given comes from, for its help.</summary>
/// <param name="options">A type whose new instance has the value.</param>
/// <param name="property">Its property.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultOfAttribute(Type options, string property) : Attribute
{
    /// <summary>A type whose new instance has the value.</summary>
    public Type Options => options;

    /// <summary>Its property.</summary>
    public string Property => property;
}
