using System.Runtime.CompilerServices;

namespace Tonne.Cli.Tests;

/// <summary>Tests run in a folder of their own, so that a fuzzed relative path makes nothing in the repository.</summary>
static class WorkingFolder
{
    [ModuleInitializer]
    internal static void Enter()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-tests-").FullName;
        Environment.CurrentDirectory = folder;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Environment.CurrentDirectory = "/";
            Directory.Delete(folder, recursive: true);
        };
    }
}
