using System.Management.Automation;
using System.Text.Json;
using ShardyFusion.Cmdlets.Errors;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Formats;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Shows stored values in the form that was asked for; one that cannot be shown so is an error of its own.</summary>
/// <param name="form">The form.</param>
/// <param name="writeError">Writes the error.</param>
sealed class ValueView(ValueForm form, Action<ErrorRecord> writeError)
{
    /// <summary>Decodes a value.</summary>
    /// <param name="key">Its key, for the error.</param>
    /// <param name="stored">The stored bytes; null for an absent value.</param>
    /// <param name="encoding">How they are encoded; null when the manifest does not say.</param>
    /// <param name="value">The value; null when absent.</param>
    /// <returns>False when the bytes are not what was asked for.</returns>
    public bool TryDecode(object key, byte[]? stored, ValueEncoding? encoding, out object? value)
    {
        value = null;
        if (stored is null) return true;
        try
        {
            value = ValueDecoding.Decode(stored, encoding, form);
            return true;
        }
        catch (ValueNotHeldException e)
        {
            writeError(ErrorRecords.ValueNotHeld(key, e));
            return false;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            writeError(ErrorRecords.ValueNotReadable(key, form == ValueForm.Text ? "UTF-8 text" : "JSON", e));
            return false;
        }
    }
}
