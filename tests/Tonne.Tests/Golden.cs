using System.Runtime.CompilerServices;
using System.Text;

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
        var expected = File.ReadAllBytes(file);
        if (expected.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(actual)))
            return;
        Assert.Equal(Encoding.UTF8.GetString(expected), actual);
        Assert.Fail($"{path} differs in bytes that read the same.");
    }

    /// <summary>The text a renderer writes.</summary>
    public static string TextOf(Action<TextWriter> write)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        write(writer);
        return writer.ToString();
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
