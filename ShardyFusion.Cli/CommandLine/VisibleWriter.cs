using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Shows what would steer the terminal; lines stay lines.</summary>
sealed class VisibleWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value == '\n' ? "\n" : VisibleText.Escape(value.ToString()));

    public override void Write(string? value) => inner.Write(VisibleText.EscapeLines(value));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine(string? value)
    {
        Write(value);
        inner.WriteLine();
    }

    public override void WriteLine() => inner.WriteLine();

    public override Task WriteLineAsync(string? value) => inner.WriteLineAsync(VisibleText.EscapeLines(value));

    public override Task WriteAsync(string? value) => inner.WriteAsync(VisibleText.EscapeLines(value));

    public override void Flush() => inner.Flush();

    public override Task FlushAsync() => inner.FlushAsync();
}
