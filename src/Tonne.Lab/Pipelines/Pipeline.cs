using System.Collections;
using System.Globalization;
using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Pipelines;

/// <summary>
/// The reference pipeline: raw rows are collected, cleaned and featurized, and a deep network is trained on them. Every shape is counted
/// from the data.
/// </summary>
/// <param name="time">Measures the epochs.</param>
public sealed class Pipeline(TimeProvider time)
{
    /// <summary>Without it the network overfits: it errs on one in 25 new rows instead of one in 45.</summary>
    public const double InputDropoutRate = 0.1;

    const int ProgressInterval = 50_000;

    /// <summary>Runs the stages.</summary>
    /// <exception cref="UnusableDataException">The rows cannot be used: none, one class, a column missing; the message names the file and the line.</exception>
    /// <exception cref="TrainingDivergedException">The loss is not a number any more.</exception>
    public PipelineResult Run(PipelinePlan plan, IPipelineListener listener, CancellationToken cancellationToken = default)
    {
        var (training, validation, test, report, rejections) = Prepare(plan, listener, cancellationToken);
        var shape = plan.CreateShape(training.Width, training.Classes.Length);
        var learned = new DataShape(training.Count, training.Width);
        // The model's size as a shape: hidden layers × their mean number of parameters.
        var weights = new DataShape(shape.Layers, shape.ParameterCount / shape.Layers);
        listener.BeginStage("train", learned, null);
        listener.ReportMessage($"training {shape.Layers} layers of {shape.Width}, {FormatNumber(shape.ParameterCount)} parameters, {plan.Epochs} epochs");
        var result = new Trainer(time).Train(
            Network.Create(shape, training.Classes, plan.Seed), training, validation,
            new TrainingPlan { InputDropout = InputDropoutRate, Epochs = plan.Epochs, Seed = plan.Seed, Threads = plan.Threads, CheckpointPath = plan.CheckpointPath }, listener.EndEpoch, cancellationToken);
        listener.BeginStage("train", learned, weights);
        listener.EndStage("train");

        using var team = new ThreadTeam(plan.Threads > 0 ? plan.Threads : Environment.ProcessorCount);
        var score = result.Network.Score(test, team);
        listener.ReportMessage(string.Create(CultureInfo.InvariantCulture, $"tested on {test.Count:N0} unseen rows: accuracy {score.Accuracy:0.0000}, loss {score.Loss:0.0000}"));
        if (plan.ModelPath is { } model)
        {
            if (Path.GetDirectoryName(Path.GetFullPath(model)) is { } folder)
                Directory.CreateDirectory(folder);
            result.Network.Save(model);
            listener.ReportMessage($"weights in {model}");
        }

        return new PipelineResult(result.Network, result.Epochs, score, report, rejections, training.Count);
    }

    /// <summary>Runs the stages before training. The same plan gives the same examples, row by row.</summary>
    /// <exception cref="UnusableDataException">The rows cannot be used: none, one class, a column missing; the message names the file and the line.</exception>
    public static PreparedExamples Prepare(PipelinePlan plan, IPipelineListener listener, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(listener);

        listener.BeginStage("collect", null, null);
        var rejections = new RejectionLog();
        var columns = plan.Source.Columns.Length;
        List<Row>? kept = plan.Streams ? null : [];
        var count = 0;
        foreach (var row in plan.Source.ReadRows(rejections))
        {
            cancellationToken.ThrowIfCancellationRequested();
            kept?.Add(row);
            if (++count % ProgressInterval == 0)
                listener.ReportProgress("collecting", count);
        }

        var collected = new DataShape(count, columns);
        listener.BeginStage("collect", new DataShape(count + rejections.Total, columns), collected);
        listener.ReportMessage($"collected {FormatNumber(count)} {(count == 1 ? "row" : "rows")} × {columns} columns from {plan.Source.Name}{(rejections.Total > 0 ? $"; {FormatNumber(rejections.Total)} could not be used ({string.Join(", ", rejections.Counts.Select(one => $"{FormatNumber(one.Value)} {FormatReason(one.Key)}"))})" : "")}");

        foreach (var one in rejections.Counts.Keys.Select(reason => rejections.Examples.FirstOrDefault(example => example.Reason == reason)).OfType<Rejection>().Where(example => example.File.StartsWith(plan.Source.Name, StringComparison.Ordinal)))
            listener.ReportMessage($"  for example {one.File}{(one.Line > 0 ? $", line {FormatNumber(one.Line)}" : "")}: {FormatReason(one.Reason)}, {one.Detail}");
        foreach (var note in rejections.Notes)
            listener.ReportMessage($"  {note}");

        listener.BeginStage("clean", collected, null);
        var cleaner = new Cleaner();
        var keep = new BitArray(count);
        var index = 0;
        foreach (var row in Again())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (index < count)
                keep[index] = cleaner.Keep(row);
            if (++index % ProgressInterval == 0)
                listener.ReportProgress("cleaning", index);
        }

        var report = cleaner.Report;
        listener.BeginStage("clean", collected, report.After);
        listener.ReportMessage($"cleaned to {FormatNumber(report.After.Rows)}: {(report.RemovedRows == 0 ? "nothing removed" : string.Join(", ", report.Removed.Select(one => $"{FormatNumber(one.Value)} {FormatReason(one.Key)}")))}");

        listener.BeginStage("featurize", report.After, null);
        var featurized = RunWithSourceName(plan.Source, () => new Featurizer(patch: plan.Patch).Featurize(ReportProgress(Again().Where((_, at) => at < count && keep[at]))));
        kept = null;
        var split = RunWithSourceName(plan.Source, () => DatasetSplit.Create(featurized.Examples, cleaner.GetGroups(), (ulong)plan.Seed));
        IExamples training = LimitRows(split.Training, plan), validation = split.Validation, test = split.Test;
        if (featurized.Examples is not HashedTextExamples)
        {
            var scale = Standardization.Fit(training);
            (training, validation, test) = (scale.Apply(training), scale.Apply(validation), scale.Apply(test));
        }

        listener.BeginStage("featurize", report.After, featurized.After);
        listener.ReportMessage($"featurized to {FormatNumber(featurized.After.Rows)} × {featurized.After.Columns}: {FormatNumber(training.Count)} for training, {FormatNumber(validation.Count)} for validation, {FormatNumber(test.Count)} for testing, {featurized.Examples.Classes.Length} classes");
        return new PreparedExamples(training, validation, test, report, rejections);

        IEnumerable<Row> Again() => kept ?? plan.Source.ReadRows(new RejectionLog());

        IEnumerable<Row> ReportProgress(IEnumerable<Row> rows)
        {
            var done = 0L;
            foreach (var row in rows)
            {
                yield return row;
                if (++done % ProgressInterval == 0)
                    listener.ReportProgress("featurizing", done);
            }
        }
    }

    /// <summary>Adds the name of the source to errors about the rows as a whole.</summary>
    static T RunWithSourceName<T>(RowSource source, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (UnusableDataException error) when (error.File.Length == 0)
        {
            throw new UnusableDataException(source.Name, 0, error.Message);
        }
    }

    static IExamples LimitRows(ExampleSubset training, PipelinePlan plan)
    {
        if (plan.MaxRows is not { } most || training.Count <= most)
            return training;
        var order = Enumerable.Range(0, training.Count).ToArray();
        new Random(plan.Seed).Shuffle(order);
        return new ExampleSubset(training, [.. order.Take(most).Order()]);
    }

    static string FormatNumber(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Formats <c>ExactDuplicate</c> as <c>exact duplicate</c>.</summary>
    static string FormatReason(Enum reason) => reason is RejectionReason.NotUtf8 ? "not UTF-8" :
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
}
