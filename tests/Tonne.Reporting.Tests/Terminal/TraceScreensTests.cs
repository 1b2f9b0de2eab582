using Tonne.Formatting;
using Tonne.Reporting.Terminal;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Terminal;

public class TraceScreensTests
{
    [Theory]
    [InlineData(60, true)]
    [InlineData(80, true)]
    [InlineData(120, true)]
    [InlineData(80, false)]
    public void The_training_trace_looks_as_reviewed(int width, bool unicode)
    {
        var record = SampleRuns.Training();
        var screen = new TerminalCapabilities { Width = width, Unicode = unicode };
        var text = Golden.TextOf(writer =>
        {
            EpochTable.Write(writer, record, SampleRuns.Account(record), screen);
            writer.Write('\n');
            LossCurve.Write(writer, record, screen);
        });
        Golden.Matches($"Golden/training-{width}{(unicode ? "" : "-ascii")}.golden.txt", text);
        foreach (var line in text.Split('\n'))
        {
            Assert.True(TextSanitizer.CountColumns(line) <= width, line);
            Assert.Equal(line.TrimEnd(), line);
        }

        if (!unicode)
            Assert.All(text, c => Assert.True(c < 128));
    }

    [Fact]
    public void A_curve_with_validation_a_break_and_four_decades_looks_as_reviewed()
    {
        var record = SampleRuns.Training(metrics: SampleRuns.Metrics([1000, 100, double.NaN, 10, 1, 0.5, 0.1], null, [1000, 200, 50, 20, 10, 10, 11]));
        Golden.Matches("Golden/curve-logarithmic.golden.txt", Golden.TextOf(writer => LossCurve.Write(writer, record, new TerminalCapabilities { Width = 60 }, 8)));
    }

    [Fact]
    public void A_thousand_epochs_are_shown_at_even_distances_first_and_last_among_them()
    {
        var record = SampleRuns.Training(metrics: SampleRuns.Metrics([.. Enumerable.Range(0, 1000).Select(i => 1.0 / (i + 1))]));
        var lines = Golden.TextOf(writer => EpochTable.Write(writer, record, SampleRuns.Account(record), new TerminalCapabilities { Width = 120 })).TrimEnd('\n').Split('\n');
        Assert.StartsWith("      1 ", lines[1]);
        Assert.Contains(lines, line => line.StartsWith("   1000 ", StringComparison.Ordinal));
        Assert.StartsWith("  40 of 1,000 epochs shown.", lines[^1]);
    }

    [Fact]
    public void Curves_of_any_numbers_stay_inside_the_screen()
    {
        var random = new Random(5);
        double[] odd = [double.NaN, double.PositiveInfinity, 0, -3, 1e-200, 1e200];
        for (var round = 0; round < 200; round++)
        {
            var loss = Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(3) == 0 ? odd[random.Next(odd.Length)] : random.NextDouble()).ToArray();
            var record = SampleRuns.Training(metrics: SampleRuns.Metrics(loss, null, random.Next(2) == 0 ? loss : null));
            foreach (var unicode in new[] { true, false })
            {
                var text = Golden.TextOf(writer => LossCurve.Write(writer, record, new TerminalCapabilities { Width = 40 + random.Next(60), Unicode = unicode }, random.Next(1, 12)));
                Assert.Equal(!loss.Any(double.IsFinite), text.Length == 0);
            }
        }
    }
}
