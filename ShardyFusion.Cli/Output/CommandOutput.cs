using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Errors;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a command found, in all the forms it can be written in.</summary>
abstract class CommandOutput
{
    static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonWriterOptions Indented = new() { Encoder = Compact.Encoder, Indented = true, NewLine = "\n" };

    public void Write(Terminal terminal, OutputMode mode, string op)
    {
        switch (mode)
        {
            case OutputMode.Json or OutputMode.Jsonl:
                terminal.Out.WriteLine(Json(mode, op, WriteMembers));
                break;
            case OutputMode.Table:
                terminal.WriteTables(Tables());
                break;
            default:
                foreach (var line in Lines()) terminal.Out.WriteLine(VisibleText.Escape(line));
                break;
        }
        terminal.Out.Flush();
    }

    public static string Json(OutputMode mode, string op, Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, mode == OutputMode.Json ? Indented : Compact))
        {
            json.WriteStartObject();
            json.WriteString("op", op);
            writeMembers(json);
            json.WriteEndObject();
        }
        return VisibleText.EscapeJson(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>Writes the members after "op".</summary>
    protected abstract void WriteMembers(Utf8JsonWriter json);

    protected abstract IEnumerable<IRenderable> Tables();

    protected abstract IEnumerable<string> Lines();
}
