using ShardyFusion.Errors;

namespace ShardyFusion.Routing.Cel;

/// <summary>A place in an expression's text: line and column, both from 1; columns count code points. The default is no place.</summary>
readonly record struct CelPosition(int Line, int Column)
{
    public override string ToString() => $"line {Line}, column {Column}";
}

/// <summary>An expression that is not used, with the place and the reason.</summary>
sealed class CelExpressionException : ShardyFusionException
{
    CelExpressionException(CelPosition at, string reason, bool isUnsupported)
        : base(ErrorKind.ConfigValidation, $"The CEL expression cannot be used: {reason}{(at == default ? "" : $" ({at})")}.") =>
        (Position, IsUnsupported) = (at, isUnsupported);

    /// <summary>Where.</summary>
    public CelPosition Position { get; }

    /// <summary>True when CEL has it and this program does not follow it; false when it is no valid CEL for these columns.</summary>
    public bool IsUnsupported { get; }

    /// <summary>No valid CEL for these columns.</summary>
    public static CelExpressionException Invalid(CelPosition at, string reason) => new(at, reason, false);

    /// <summary>Valid in CEL, and not followed here.</summary>
    public static CelExpressionException Unsupported(CelPosition at, string reason) => new(at, reason, true);
}
