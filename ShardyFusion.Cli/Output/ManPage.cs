using System.CommandLine;
using System.Globalization;
using System.Text;

namespace ShardyFusion.Cli.Output;

/// <summary>The commands as a manual page, in the macros of man(7).</summary>
sealed class ManPage
{
    readonly StringBuilder page = new();

    ManPage(RootCommand root)
    {
        Line($".TH SHARDY 1 \"\" \"shardy {typeof(ManPage).Assembly.GetName().Version?.ToString(3)}\" \"User Commands\"");
        Section("NAME");
        Line(@"shardy \- build, publish, read, verify and roll back sharded key-value snapshots");
        Section("SYNOPSIS");
        Line(@".B shardy");
        Line(@".I command");
        Line(@"[\fIoptions\fR]");
        Section("DESCRIPTION");
        Text(root.Description);
        Section("COMMANDS");
        foreach (var command in root.Subcommands.Where(static c => !c.Hidden)) Write(command);
        Section("OPTIONS OF EVERY COMMAND");
        Write(root.Options);
        Section("EXIT STATUS");
        Item("0", "Done.");
        Item("1", "An error, or what a check of the command found wrong. Standard error says what.");
        Item("2", "Wrong use: an option, an argument, a setting. health has 0, 1 and 2 of its own: healthy, degraded, unhealthy.");
        Item("130, 143", "Stopped by Ctrl+C or a signal to end.");
        Section("ENVIRONMENT");
        Item("SHARDYFUSION_PREFIX", "The prefix where --prefix is not given.");
        Item("SHARDY_CURRENT, SHARDY_CONFIG, SHARDY_CREDENTIALS", "As --current-url, --config, --credentials.");
        Item("AWS_*, AZURE_*", "Credentials and regions, as the stores' own tools read them.");
    }

    /// <summary>The page, with a line end after its last line.</summary>
    public static string Of(RootCommand root) => new ManPage(root).page.ToString();

    void Write(Command command, string before = "")
    {
        var arguments = command.Arguments.Where(static a => !a.Hidden).Select(static a => $"<{a.Name}>");
        Line($".SS {Escape(string.Join(' ', [before + command.Name, .. arguments]))}");
        Text(command.Description);
        foreach (var argument in command.Arguments.Where(static a => !a.Hidden && a.Description is not null))
            Item($"<{argument.Name}>", argument.Description);
        Write(command.Options);
        foreach (var part in command.Subcommands) Write(part, $"{before}{command.Name} ");
    }

    void Write(IEnumerable<Option> options)
    {
        foreach (var option in options.Where(static o => !o.Hidden))
        {
            var names = string.Join(", ", [option.Name, .. option.Aliases]);
            Item(option.HelpName is { } value ? $"{names} <{value}>" : names, option.Description);
        }
    }

    void Section(string title) => Line($".SH {title}");

    void Item(string head, string? text)
    {
        Line(".TP");
        Line($@"\fB{Escape(head)}\fR");
        Text(text);
    }

    void Text(string? text)
    {
        foreach (var line in (text ?? "").Split('\n'))
        {
            var escaped = Escape(line);
            // A line that begins with one of these would be taken for a macro.
            Line(escaped.StartsWith('.') || escaped.StartsWith('\'') ? $@"\&{escaped}" : escaped);
        }
    }

    void Line(string line) => page.Append(line).Append('\n');

    static string Escape(string text) => string.Concat(text.Select(static c => c switch
    {
        '\\' => @"\e",
        '-' => @"\-",
        > '~' => string.Create(CultureInfo.InvariantCulture, $@"\[u{(int)c:X4}]"),
        _ => c.ToString(),
    }));
}
