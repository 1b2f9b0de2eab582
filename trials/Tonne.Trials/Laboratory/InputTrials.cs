using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Laboratory;

/// <summary>The pipeline on given rows: every kind of input, and its errors.</summary>
[Collection(nameof(Alone))]
public class InputTrials
{
    static readonly string[] _small = ["--epochs", "60", "--layers", "2", "--width", "16", "--json"];

    [Theory]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    [InlineData("pictures")]
    [InlineData("patches")]
    public async Task Every_kind_of_input_goes_through_all_stages_and_what_is_rejected_is_counted(string kind)
    {
        using var tonne = new TonneCommand();
        var random = new Random(3);
        var (rows, columns, wide) = (400, 17, kind == "patches" ? 4 : 16);
        var (lines, folder) = (new StringBuilder(), tonne.At("pictures"));
        for (var row = 0; row < rows; row++)
        {
            // Bright at the left or at the right: 4 × 4 pixels.
            var (label, pixels) = (row % 2 == 0 ? "left" : "right", Enumerable.Range(0, 16).Select(i => (byte)(random.Next(100) + ((i % 4 < 2) == (row % 2 == 0) ? 100 : 0))).ToArray());
            if (kind is "pictures" or "patches")
            {
                Directory.CreateDirectory(Path.Combine(folder, label));
                File.WriteAllBytes(Path.Combine(folder, label, $"{row}.pgm"), [.. "P5\n4 4\n255\n"u8, .. pixels]);
            }
            else
            {
                if (row == 0 && kind != "jsonl")
                    lines.AppendJoin(kind == "tsv" ? '\t' : ',', Enumerable.Range(0, 16).Select(i => $"x{i}").Append("side")).Append('\n');
                lines.Append(kind == "jsonl"
                    ? $"{{{string.Join(',', pixels.Select((pixel, i) => $"\"x{i}\":{pixel}"))},\"side\":\"{label}\"}}\n"
                    : string.Join(kind == "tsv" ? '\t' : ',', pixels.Select(pixel => $"{pixel}").Append(label)) + "\n");
            }
        }

        string[] data = kind is "pictures" or "patches" ? ["--data", folder] : ["--data", tonne.Write("rows." + kind, lines + (kind == "jsonl" ? "no JSON\n" : "1,2\n")), "--label", "side"];
        if (kind is "pictures")
            File.WriteAllText(Path.Combine(folder, "left", "notes.png"), "no picture");
        if (kind is "patches")
            data = [.. data, "--patch", "2"];

        var run = JsonNode.Parse((await tonne.RunAsync(["lab", "run", .. data, .. _small])).Expect(0).Output)!;

        var shapes = run["stages"]!.AsArray().ToDictionary(stage => (string)stage!["name"]!, stage => $"{stage!["data_out"]}");
        Assert.Equal("completed", (string)run["status"]!);
        Assert.Contains($"{rows}", shapes["collect"], StringComparison.Ordinal);
        Assert.Contains($"{columns}", shapes["collect"], StringComparison.Ordinal);
        Assert.Contains($"{wide}", shapes["featurize"], StringComparison.Ordinal);
        Assert.True((double)run["epochs"]!.AsArray()[^1]!["metrics"]!["validation_accuracy"]! > 0.9);
    }

    [Theory]
    [InlineData("empty.csv: is empty", "empty.csv", "")]
    [InlineData("has no rows", "header.csv", "text,label\n")]
    [InlineData("There is only one row", "one-row.csv", "text,label\nhello there,a\n")]
    [InlineData("All 3 rows are labelled \"a\"", "one-class.csv", "text,label\nhello there,a\ngood morning,a\nsee you later,a\n")]
    [InlineData("no column \"label\"; there are text, class", "no-label.csv", "text,class\nhello there,a\n")]
    [InlineData("line 2: none of 2 rows can be used: 2 × NotANumber; the first: NotANumber, y is \"NaN\"", "nan.csv", "x,y,label\n1,NaN,a\n2,NaN,b\n")]
    [InlineData("is UTF-16", "wide.csv", "\uFFFEtext,label\n")]
    public async Task Unusable_data_are_an_error_with_file_and_line_and_never_a_completed_run(string expected, string name, string content)
    {
        using var tonne = new TonneCommand();
        var path = tonne.At(name);
        await File.WriteAllBytesAsync(path, content.StartsWith('\uFFFE') ? [0xff, 0xfe, .. Encoding.Unicode.GetBytes(content[1..])] : Encoding.UTF8.GetBytes(content), TestContext.Current.CancellationToken);

        var refused = await tonne.RunAsync(["lab", "run", "--data", path, "--label", "label", .. _small]);

        Assert.Equal(2, refused.Code);
        Assert.Contains(name, refused.Error, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Error, StringComparison.Ordinal);
        foreach (var run in JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray())
        {
            var record = JsonNode.Parse((await tonne.RunAsync("show", (string)run!["id"]!, "--json")).Expect(0).Output)!;
            Assert.Equal("failed", (string)record["status"]!);
            Assert.Contains(expected, string.Join(' ', record["notes"]!.AsArray().Select(note => (string)note!)), StringComparison.Ordinal);
        }
    }
}
