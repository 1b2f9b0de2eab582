using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Benching;

/// <summary>Where a bench is, on one line of a terminal that is written over; nothing elsewhere.</summary>
sealed class BenchProgress(Surroundings around, VariantComparison comparison)
{
    readonly long _start = around.Time.GetTimestamp();
    int _ran;
    string _where = "";

    public void Begin(int round)
    {
        _where = round < 0 ? "warm-up" : $"round {round + 1} of at most {comparison.Plan.Rounds}";
        Write();
    }

    public void Ran()
    {
        _ran++;
        Write();
    }

    public void End()
    {
        if (around.ErrorTerminal)
            around.Error.Write("\r\e[K");
    }

    void Write()
    {
        if (!around.ErrorTerminal)
            return;
        var line = $"tonne bench: {_where}";
        if (comparison.Rounds.Count > 0)
        {
            var open = comparison.Pairs.Where(pair => pair.DecidedAfter is null).ToList();
            if (open.Count > 0)
            {
                var pair = open[0];
                line += $" · {comparison.Names[pair.Second]} against {comparison.Names[pair.First]}: {VariantWords.Beside(comparison.Plan.Deciding, pair.Ratio(comparison.Plan.Deciding), around.Unicode ? "–" : "-")}";
                if (comparison.Pairs.Length > 1)
                    line += $" · {open.Count} of {comparison.Pairs.Length} pairs open";
            }

            var left = (comparison.Plan.Rounds - comparison.Rounds.Count) * comparison.Names.Length * (around.Time.GetElapsedTime(_start).TotalSeconds / Math.Max(1, _ran));
            line += $" · at most {Readout.Duration(left)} more";
        }

        around.Error.Write("\r\e[K" + Printable.Fit(around.Unicode ? line : line.Replace('·', '|'), Math.Max(20, around.Width - 1), around.Unicode).TrimEnd());
    }
}
