using System.Collections.Immutable;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.DataSelection;

/// <summary>
/// Measures accuracy against energy for parts of the rows. The same network is trained on 10, 20, 30, 50, 70 and 100 % of them; then on all
/// rows and on the best part again, with early stopping.
/// </summary>
/// <param name="trainer">Trains the networks.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
/// <param name="estimator">Estimates energy from CPU time.</param>
/// <param name="listener">Receives the stages: choose, train, judge.</param>
public sealed class SelectionCurve(Trainer trainer, Func<TimeSpan> cpuTime, CpuTimeEstimator estimator, IPipelineListener listener)
{
    /// <summary>Largest accepted loss of accuracy, as a share: one point.</summary>
    public const double MaxAccuracyLoss = 0.01;

    /// <summary>Epochs with too little gain after which training is stopped.</summary>
    public const int Patience = 2;

    /// <summary>The shares.</summary>
    public static ImmutableArray<double> Shares { get; } = [0.1, 0.2, 0.3, 0.5, 0.7];

    /// <summary>
    /// The point with the least energy that loses at most <see cref="MaxAccuracyLoss"/> of accuracy; null if none uses less energy than all
    /// rows.
    /// </summary>
    /// <param name="points">The first is all rows.</param>
    public static SelectionPoint? FindBest(IReadOnlyList<SelectionPoint> points) =>
        points.Skip(1).Where(point => point.Score.Accuracy >= points[0].Score.Accuracy - MaxAccuracyLoss && point.TotalTime < points[0].TotalTime).MinBy(point => point.TotalTime);

    /// <summary>Measures the points: first all rows, then each strategy with each share, then those with early stopping.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="train">Rows to choose from.</param>
    /// <param name="validation">Rows for validation, used for early stopping.</param>
    /// <param name="test">Rows for testing.</param>
    /// <param name="strategies">The strategies.</param>
    /// <param name="plan">The training plan; the epochs are the same for each, so that fewer rows mean fewer steps.</param>
    public ImmutableArray<SelectionPoint> Measure(NetworkShape shape, IExamples train, IExamples validation, IExamples test, IReadOnlyList<SelectionStrategy> strategies, TrainingPlan plan)
    {
        var nobody = new InMemoryExamples(train.Width, train.Classes, [], []);
        var points = ImmutableArray.CreateBuilder<SelectionPoint>();
        var orders = new Dictionary<SelectionStrategy, (RowRanking Order, TimeSpan Choosing)>();
        using var team = new ThreadTeam(plan.ThreadCount);
        var whole = CountClasses(train);
        Add(SelectionStrategy.Chance, 1, train, TimeSpan.Zero, stopped: false);
        foreach (var way in strategies)
        {
            listener.BeginStage("choose", new DataShape(train.Count, train.Width), null);
            var begin = cpuTime();
            var order = new RowSelector(train, trainer, plan.Seed).Rank(way);
            orders[way] = (order, cpuTime() - begin);
            listener.BeginStage("choose", new DataShape(train.Count, train.Width), new DataShape(order.Count, train.Width));
            listener.EndStage("choose");
            foreach (var share in Shares)
                Add(way, share, order.Take(share), orders[way].Choosing, stopped: false);
        }

        var best = FindBest(points);
        Add(SelectionStrategy.Chance, 1, train, TimeSpan.Zero, stopped: true);
        if (best is not null)
        {
            var (order, choosing) = orders[best.Strategy];
            foreach (var share in Shares.Where(share => share >= best.Share).Take(2))
                Add(best.Strategy, share, order.Take(share), choosing, stopped: true);
        }

        return points.ToImmutable();

        void Add(SelectionStrategy way, double share, IExamples rows, TimeSpan choosing, bool stopped)
        {
            var learned = new DataShape(rows.Count, rows.Width);
            listener.BeginStage("train", learned, null);
            var begin = cpuTime();
            var result = trainer.Train(
                Network.Create(shape, train.Classes, plan.Seed), rows, stopped ? validation : nobody,
                stopped ? plan with { StopWhen = new EarlyStopping(estimator, cpuTime, Patience).ShouldStop } : plan);
            var training = cpuTime() - begin;
            listener.BeginStage("train", learned, new DataShape(shape.Layers, shape.ParameterCount / shape.Layers));
            listener.BeginStage("judge", new DataShape(test.Count, test.Width), new DataShape(test.Count, train.Classes.Length));
            var score = result.Network.Score(test, team);
            listener.EndStage("judge");
            var part = CountClasses(rows);
            var point = new SelectionPoint(way, share, rows.Count, score, choosing, training, whole.Zip(part, (all, some) => Math.Abs(some / (double)rows.Count - all / (double)train.Count)).Max(), result.Epochs.Length, stopped);
            points.Add(point);
            listener.ReportMessage(FormattableString.Invariant($"trained on {point.Rows:N0} rows{(share < 1 ? $" by {way.ToString().ToLowerInvariant()}" : "")}{(stopped ? point.Epochs < plan.Epochs ? $", stopped after {point.Epochs} of {plan.Epochs} epochs" : ", not stopped" : "")}: accuracy {score.Accuracy:0.0000}, {training.TotalSeconds:0.0} CPU-s"));
        }
    }

    static int[] CountClasses(IExamples examples)
    {
        var counts = new int[examples.Classes.Length];
        for (var row = 0; row < examples.Count; row++)
            counts[examples.GetLabel(row)]++;
        return counts;
    }
}
