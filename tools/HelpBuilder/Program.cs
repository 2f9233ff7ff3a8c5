using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.HelpBuilder;

if (args is not [var source, var target])
{
    Console.Error.WriteLine("usage: HelpBuilder <folder of Markdown pages> <folder for the help file>");
    return 2;
}
var book = HelpBook.Read(source, typeof(ShardyCmdlet).Assembly);
foreach (var fault in book.Faults) Console.Error.WriteLine($"{source}: error HELP: {fault}");
if (book.Faults.Count > 0) return 1;
Directory.CreateDirectory(target);
MamlWriter.Write(book, Path.Combine(target, "ShardyFusion.Cmdlets.dll-Help.xml"));
return 0;
