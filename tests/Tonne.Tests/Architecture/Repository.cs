namespace Tonne.Tests.Architecture;

/// <summary>The root of the source tree, found upwards from the test assembly.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tonne.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside of a source tree.");
    }
}
