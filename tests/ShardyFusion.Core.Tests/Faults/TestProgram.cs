using System.Reflection;
using Xunit.Runner.InProc.SystemConsole;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>The entry point: the test runner, or one static method of this assembly when <see cref="ChildProcess"/> started it.</summary>
static class TestProgram
{
    public const string MethodVariable = "SHARDYFUSION_TEST_CHILD";

    static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(MethodVariable) is not { Length: > 0 } name)
            return await ConsoleRunner.Run(args);
        var split = name.LastIndexOf('.');
        var method = typeof(TestProgram).Assembly.GetType(name[..split], throwOnError: true)!
            .GetMethod(name[(split + 1)..], BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        return await method.CreateDelegate<Func<string[], Task<int>>>()(args);
    }
}
