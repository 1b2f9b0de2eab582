using System.Runtime.CompilerServices;

namespace Tonne.Tests;

/// <summary>Compares text with a file kept beside the tests, byte for byte. TONNE_UPDATE_GOLDEN=1 rewrites it, to be reviewed as a diff.</summary>
static class Golden
{
    public static void Matches(string path, string actual, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(Find(here))!, path);
        if (Environment.GetEnvironmentVariable("TONNE_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"The golden file {path} is missing; TONNE_UPDATE_GOLDEN=1 writes it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    /// <summary>The test project's folder: goldens lie relative to it whoever calls.</summary>
    static string Find(string caller)
    {
        for (var folder = Path.GetDirectoryName(caller); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.GetFiles(folder, "*.csproj").FirstOrDefault() is { } project)
                return project;
        }

        throw new InvalidOperationException($"No project above {caller}.");
    }
}
