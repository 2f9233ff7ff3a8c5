using System.CommandLine;
using ShardyFusion.Figures;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>An option that takes a size, as in <c>512MiB</c>.</summary>
static class SizeOption
{
    public static Option<long?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "size",
        CustomParser = static result =>
        {
            if (SizeText.TryParse(result.Tokens[0].Value, out var bytes, out var fault)) return bytes;
            result.AddError(fault);
            return null;
        },
    };
}
