using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.Networks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Selecting;

/// <summary>Accuracy against energy for parts of the rows: the same network trained on 10, 20, 30, 50, 70 and 100 % of them.</summary>
/// <param name="trainer">Trains.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
public sealed class SelectionCurve(Trainer trainer, Func<TimeSpan> cpuTime)
{
    /// <summary>The shares.</summary>
    public static ImmutableArray<double> Shares { get; } = [0.1, 0.2, 0.3, 0.5, 0.7];

    /// <summary>Draws it: first all rows, then each way with each share.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="train">Rows to choose from.</param>
    /// <param name="test">Rows never seen.</param>
    /// <param name="ways">By what to choose.</param>
    /// <param name="plan">How to train; the same epochs for each, so that fewer rows are fewer steps.</param>
    /// <param name="drawn">Called for each point.</param>
    public ImmutableArray<SelectionPoint> Draw(NetworkShape shape, IExamples train, IExamples test, IReadOnlyList<SelectionWay> ways, TrainingPlan plan, Action<SelectionPoint>? drawn = null)
    {
        var nobody = new ExampleTable(train.Width, train.Classes, [], []);
        var points = ImmutableArray.CreateBuilder<SelectionPoint>();
        using var team = new ThreadTeam(plan.ThreadCount);
        var whole = Counts(train);
        Add(SelectionWay.Chance, 1, train, TimeSpan.Zero);
        foreach (var way in ways)
        {
            var begin = cpuTime();
            var order = new RowSelector(train, trainer, plan.Seed).Order(way);
            var choosing = cpuTime() - begin;
            foreach (var share in Shares)
                Add(way, share, order.Take(share), choosing);
        }

        return points.ToImmutable();

        void Add(SelectionWay way, double share, IExamples rows, TimeSpan choosing)
        {
            var begin = cpuTime();
            var network = trainer.Train(Network.Create(shape, train.Classes, plan.Seed), rows, nobody, plan).Network;
            var training = cpuTime() - begin;
            var part = Counts(rows);
            var point = new SelectionPoint(way, share, rows.Count, network.Score(test, team), choosing, training, whole.Zip(part, (all, some) => Math.Abs(some / (double)rows.Count - all / (double)train.Count)).Max());
            points.Add(point);
            drawn?.Invoke(point);
        }
    }

    static int[] Counts(IExamples examples)
    {
        var counts = new int[examples.Classes.Length];
        for (var row = 0; row < examples.Count; row++)
            counts[examples.Label(row)]++;
        return counts;
    }
}
