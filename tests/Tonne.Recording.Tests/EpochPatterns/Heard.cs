using System.Globalization;
using System.Text;
using Tonne.Recording.EpochPatterns;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Recording.Tests.EpochPatterns;

/// <summary>Lets a watcher hear a script and writes down what it says, one mark per line; piece n of the output comes at second n.</summary>
static class Heard
{
    const long Second = 1_000_000_000;

    public static string[] From(params string[] pieces) => With(EpochPattern.Auto, null, pieces);

    public static string[] With(EpochPattern pattern, StagePattern? stages, params string[] pieces)
    {
        var marks = new List<Mark>();
        var watcher = new EpochDetector(pattern, stages, marks.Add);
        for (var i = 0; i < pieces.Length; i++)
            watcher.Output.Process(Encoding.UTF8.GetBytes(pieces[i]), i * Second);
        watcher.Finish(pieces.Length * Second);
        return [.. marks.Select(Show)];
    }

    public static string Show(Mark mark)
    {
        Assert.Equal(MarkOrigin.Pattern, mark.Origin);
        return string.Create(CultureInfo.InvariantCulture, $"{mark.Timestamp / (double)Second:0.##}s {MarkLine.Format(mark)}");
    }
}
