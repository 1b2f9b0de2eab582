using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>Trains a network.</summary>
/// <param name="time">Clock that measures the duration of the epochs.</param>
public sealed class Trainer(TimeProvider time)
{
    // Number of rows from which the scale of the inputs is computed.
    const int MaxScaleRows = 4096;

    /// <summary>Trains until the plan's epochs are done or its stop condition is met. The given network is not changed.</summary>
    /// <param name="network">The initial network. If its input scale is 1, the scale is computed from the examples.</param>
    /// <param name="train">Examples to learn from.</param>
    /// <param name="validation">Examples for validation after each epoch; may be empty.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="onEpochEnded">Called after each epoch, except for those of a checkpoint, on the caller's thread.</param>
    /// <param name="cancellationToken">
    /// Checked before each mini-batch; the checkpoint, if there is one, is written before training ends.
    /// </param>
    /// <exception cref="InvalidExamplesException">
    /// There are no examples, or they are all of one class, have another width than the network, or contain values that are not numbers.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss is not a number any more.</exception>
    /// <exception cref="CorruptWeightsException">The checkpoint is damaged, or belongs to another training.</exception>
    /// <exception cref="ArgumentException">The plan has numbers out of range.</exception>
    public TrainingResult Train(
        Network network,
        IExamples train,
        IExamples validation,
        TrainingPlan plan,
        Action<EpochResult>? onEpochEnded = null,
        CancellationToken cancellationToken = default)
    {
        plan.Validate();
        Validate(network, train, validation, plan);
        using var team = new ThreadTeam(plan.ThreadCount);
        var scale = network.InputScale == 1 ? ComputeInputScale(train) : network.InputScale;
        var batchSize = Math.Min(plan.BatchSize, train.Count);
        var backpropagation = new Backpropagation(network, batchSize, team, scale);
        var stepsPerEpoch = (train.Count + batchSize - 1) / batchSize;
        var allSteps = (long)plan.Epochs * stepsPerEpoch;
        var state = new TrainingState();
        Checkpoint? checkpoint = plan.CheckpointPath is { } path ? new Checkpoint(path, network, train, plan, scale) : null;
        if (checkpoint is not null)
            state = checkpoint.Load(backpropagation);
        var resumedSteps = state.Steps;
        var order = new int[train.Count];
        while (state.Epochs.Length < plan.Epochs && !(state.Epochs is [.., var last] && plan.StopWhen?.Invoke(last) == true))
        {
            var epoch = state.Epochs.Length + 1;
            ExampleOrder.Shuffle(order, plan.Seed, epoch);
            var epochStart = time.GetTimestamp();
            for (var step = (int)(state.Steps - (epoch - 1L) * stepsPerEpoch); step < stepsPerEpoch; step++)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    checkpoint?.Save(backpropagation, state with { Elapsed = state.Elapsed + time.GetElapsedTime(epochStart) });
                    cancellationToken.ThrowIfCancellationRequested();
                }

                var learningRate = plan.GetLearningRate(state.Steps, allSteps);
                var firstRow = step * batchSize;
                var (loss, correct) = backpropagation.Step(
                    train, order, firstRow, Math.Min(batchSize, train.Count - firstRow),
                    new AdamStep(plan, learningRate, state.Steps + 1), plan.Distillation, new InputDropout(plan, state.Steps + 1));
                if (!double.IsFinite(loss))
                    throw new TrainingDivergedException(epoch, step, learningRate);
                state = state with { Steps = state.Steps + 1, Loss = state.Loss + loss, Right = state.Right + correct };
                if (plan.CheckpointSteps > 0 && state.Steps % plan.CheckpointSteps == 0 && step + 1 < stepsPerEpoch)
                    checkpoint?.Save(backpropagation, state with { Elapsed = state.Elapsed + time.GetElapsedTime(epochStart) });
            }

            var duration = state.Elapsed + time.GetElapsedTime(epochStart);
            var validationStart = time.GetTimestamp();
            var score = validation.Count == 0 ? null : backpropagation.CreateNetwork(network.Classes).Score(validation, team);
            var result = new EpochResult(
                epoch,
                state.Loss / train.Count,
                state.Right / (double)train.Count,
                score,
                plan.GetLearningRate(state.Steps - 1, allSteps),
                state.Steps,
                duration,
                time.GetElapsedTime(validationStart));
            state = new TrainingState { Steps = state.Steps, Epochs = state.Epochs.Add(result) };
            checkpoint?.Save(backpropagation, state);
            onEpochEnded?.Invoke(result);
        }

        return new TrainingResult(backpropagation.CreateNetwork(network.Classes), state.Epochs, resumedSteps);
    }

    static void Validate(Network network, IExamples train, IExamples validation, TrainingPlan plan)
    {
        if (train.Count == 0)
            throw new InvalidExamplesException("There are no rows to train on.");
        if (train.Width != network.Shape.Inputs)
            throw new InvalidExamplesException(
                $"The rows have {train.Width} values, but the network has {network.Shape.Inputs} inputs.");
        if (!train.Classes.SequenceEqual(network.Classes))
            throw new InvalidExamplesException($"The rows' classes ({string.Join(", ", train.Classes)}) are not those of the network "
                + $"({string.Join(", ", network.Classes)}).");
        if (validation.Count > 0 && (validation.Width != train.Width || !validation.Classes.SequenceEqual(train.Classes)))
            throw new InvalidExamplesException("The validation rows have another width or other classes than the training rows.");
        var label = train.GetLabel(0);
        var row = 1;
        while (row < train.Count && train.GetLabel(row) == label)
            row++;
        if (row == train.Count)
            throw new InvalidExamplesException($"All {train.Count} training rows are of one class, \"{train.Classes[label]}\": "
                + "training needs at least two classes.");
        if (plan.Distillation is { } distillation && distillation.Probabilities.Length != (long)train.Count * train.Classes.Length)
            throw new InvalidExamplesException($"The teacher has {distillation.Probabilities.Length} probabilities, but {train.Count} rows "
                + $"of {train.Classes.Length} classes need {(long)train.Count * train.Classes.Length}.");
    }

    /// <summary>
    /// Computes the scale that makes the mean square of the inputs 1: 1 / √(mean of x²), over at most 4,096 evenly spaced rows.
    /// </summary>
    static float ComputeInputScale(IExamples train)
    {
        var row = new float[train.Width];
        double squares = 0;
        var rows = Math.Min(train.Count, MaxScaleRows);
        for (var index = 0; index < rows; index++)
        {
            var rowNumber = (int)((long)index * train.Count / rows);
            train.CopyRow(rowNumber, row);
            foreach (var value in row)
                squares += (double)value * value;
            if (!double.IsFinite(squares))
                throw InvalidExamplesException.CreateNotFinite(train, rowNumber);
        }

        var scale = (float)(1 / Math.Sqrt(squares / ((double)rows * train.Width)));
        return float.IsFinite(scale) && scale > 0 ? scale : 1;
    }
}
