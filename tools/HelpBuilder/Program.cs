using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.HelpBuilder;

switch (args)
{
    case ["help", var source, var target, .. var address]:
        var book = HelpBook.Read(source, typeof(ShardyCmdlet).Assembly);
        foreach (var fault in book.Faults) Console.Error.WriteLine($"{source}: error HELP: {fault}");
        if (book.Faults.Count > 0) return 1;
        Directory.CreateDirectory(target);
        MamlWriter.Write(book, Path.Combine(target, "ShardyFusion.Cmdlets.dll-Help.xml"),
            address is [{ Length: > 0 } pages] ? new Uri(pages) : null);
        return 0;
    case ["notices", var packageFolders, var licenses, var target, .. var dependencies]:
        return Write(target, "NOTICES", () => NoticeBook.Make(dependencies, Folders(packageFolders), licenses));
    case ["materials", var version, var packageFolders, var target, .. var dependencies]:
        return Write(target, "MATERIALS", () => MaterialBook.Make(version, dependencies, Folders(packageFolders)));
    default:
        Console.Error.WriteLine(
            "usage: HelpBuilder help <folder of Markdown pages> <folder for the help file> [address of the pages]\n"
                + "       HelpBuilder notices <package folders> <folder of licences> <file> <.deps.json>...\n"
                + "       HelpBuilder materials <version> <package folders> "
                + "<file> <.deps.json>...");
        return 2;
}

static string[] Folders(string packageFolders) => packageFolders.Split(';', StringSplitOptions.RemoveEmptyEntries);

static int Write(string target, string code, Func<string> make)
{
    try
    {
        File.WriteAllText(target, make());
        return 0;
    }
    catch (InvalidDataException e)
    {
        Console.Error.WriteLine($"{target}: error {code}: {e.Message}");
        return 1;
    }
}
