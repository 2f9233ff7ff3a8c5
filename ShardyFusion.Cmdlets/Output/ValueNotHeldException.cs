namespace ShardyFusion.Cmdlets.Output;

/// <summary>Stored JSON that no object of PowerShell holds without losing something.</summary>
sealed class ValueNotHeldException(string message) : FormatException(message);
