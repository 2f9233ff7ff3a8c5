using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.HelpBuilder;

switch (args)
{
    case ["help", var source, var target]:
        var book = HelpBook.Read(source, typeof(ShardyCmdlet).Assembly);
        foreach (var fault in book.Faults) Console.Error.WriteLine($"{source}: error HELP: {fault}");
        if (book.Faults.Count > 0) return 1;
        Directory.CreateDirectory(target);
        MamlWriter.Write(book, Path.Combine(target, "ShardyFusion.Cmdlets.dll-Help.xml"));
        return 0;
    case ["notices", var dependencies, var packageFolders, var licenses, var target]:
        try
        {
            File.WriteAllText(target, NoticeBook.Make(dependencies, packageFolders.Split(';', StringSplitOptions.RemoveEmptyEntries),
                licenses));
            return 0;
        }
        catch (InvalidDataException e)
        {
            Console.Error.WriteLine($"{dependencies}: error NOTICES: {e.Message}");
            return 1;
        }
    default:
        Console.Error.WriteLine(
            "usage: HelpBuilder help <folder of Markdown pages> <folder for the help file>\n       HelpBuilder notices <.deps.json> <package folders> <folder of licences> <file>");
        return 2;
}
