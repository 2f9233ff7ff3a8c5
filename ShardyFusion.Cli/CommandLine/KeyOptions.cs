using System.CommandLine;
using System.Globalization;
using System.Numerics;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>How a key is written on the command line.</summary>
enum KeyFormat
{
    /// <summary>Text; becomes an integer where the snapshot's keys are integers.</summary>
    Text,
    /// <summary>Decimal integer.</summary>
    Int,
    /// <summary>Bytes as hexadecimal digits.</summary>
    Hex,
    /// <summary>Bytes as base64.</summary>
    Base64,
}

/// <summary>--key-format.</summary>
sealed class KeyOptions
{
    readonly Option<KeyFormat?> format = new("--key-format")
    {
        Description = "How keys are written: text, int, hex or base64. Default: text, which also finds integer keys.",
        HelpName = "text|int|hex|base64",
        CustomParser = SharedOptions.ParseChoice<KeyFormat>,
    };

    public KeyOptions(Command command) => command.Add(format);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: the key is not written in the format.</exception>
    public object Parse(ParseResult parsed, string key)
    {
        var named = parsed.GetValue(format) ?? KeyFormat.Text;
        try
        {
            return named switch
            {
                KeyFormat.Int => BigInteger.Parse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) is var number
                    && number >= long.MinValue && number <= ulong.MaxValue
                    ? number > long.MaxValue ? (ulong)number : (object)(long)number
                    : throw new FormatException(),
                KeyFormat.Hex => Convert.FromHexString(key.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? key[2..] : key),
                KeyFormat.Base64 => Convert.FromBase64String(key),
                _ => key,
            };
        }
        catch (FormatException e)
        {
            throw new ShardyFusionException(ErrorKind.ShardAssignment,
                $"Key '{key}' is not written as {named.ToString().ToLowerInvariant()}.", e)
            {
                Target = key,
                RecommendedAction = "Correct the key, or name its form with --key-format.",
            };
        }
    }
}
