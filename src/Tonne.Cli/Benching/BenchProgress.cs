using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Benching;

/// <summary>
/// Shows the progress of a bench on one line of a terminal, which is overwritten; writes nothing if there is no terminal.
/// </summary>
sealed class BenchProgress(CommandContext context, VariantComparison comparison)
{
    readonly long _start = context.Time.GetTimestamp();
    int _ran;
    string _position = "";

    public void Begin(int round)
    {
        _position = round < 0 ? "warm-up" : $"round {round + 1} of at most {comparison.Plan.Rounds}";
        Write();
    }

    public void CompleteRun()
    {
        _ran++;
        Write();
    }

    public void End()
    {
        if (context.IsErrorTerminal)
            context.Error.Write("\r\e[K");
    }

    void Write()
    {
        if (!context.IsErrorTerminal)
            return;
        var line = $"tonne bench: {_position}";
        if (comparison.Rounds.Count > 0)
        {
            var open = comparison.Pairs.Where(pair => pair.DecidedAfter is null).ToList();
            if (open.Count > 0)
            {
                var pair = open[0];
                line += $" · {comparison.Names[pair.Second]} against {comparison.Names[pair.First]}: {VariantText.DescribeDifference(comparison.Plan.DecisionFigure, pair.GetRatio(comparison.Plan.DecisionFigure), context.Unicode ? "–" : "-")}";
                if (comparison.Pairs.Length > 1)
                    line += $" · {open.Count} of {comparison.Pairs.Length} pairs open";
            }

            var left = (comparison.Plan.Rounds - comparison.Rounds.Count) * comparison.Names.Length * (context.Time.GetElapsedTime(_start).TotalSeconds / Math.Max(1, _ran));
            line += $" · at most {DisplayValue.FormatDuration(left)} more";
        }

        context.Error.Write("\r\e[K" + TextSanitizer.FitToColumns(context.Unicode ? line : line.Replace('·', '|'), Math.Max(20, context.Width - 1), context.Unicode).TrimEnd());
    }
}
