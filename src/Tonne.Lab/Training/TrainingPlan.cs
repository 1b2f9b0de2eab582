namespace Tonne.Lab.Training;

/// <summary>The plan of a training.</summary>
public sealed record TrainingPlan
{
    /// <summary>Passes over the examples. Default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows of a mini-batch; the last of an epoch may be smaller. Default 256.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Maximum learning rate. Default 0.002.</summary>
    public double LearningRate { get; init; } = 0.002;

    /// <summary>Share of all steps during which the rate rises from 0 to its maximum; then it falls along a cosine. Default 0.05.</summary>
    public double WarmUpShare { get; init; } = 0.05;

    /// <summary>Learning rate at the end, as a share of the maximum. Default 0.01.</summary>
    public double FinalRateShare { get; init; } = 0.01;

    /// <summary>Weight decay: a step subtracts learning rate × this from each weight, not from biases. Default 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Share of a row's inputs that is dropped at random at each step, 0 to 0.9, in 256ths. Default 0.</summary>
    public double InputDropout { get; init; }

    /// <summary>Adam's β₁. Default 0.9.</summary>
    public double FirstMomentDecay { get; init; } = 0.9;

    /// <summary>Adam's β₂. Default 0.999.</summary>
    public double SecondMomentDecay { get; init; } = 0.999;

    /// <summary>Adam's ε. Default 10⁻⁸.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// Seed of the order of the rows. Default 1. The same seed, data and network give the same weights to the bit, with any number of
    /// threads.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>Number of threads. Default 0: as many as the machine has processors.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// A file to which the state is written at the end of each epoch, and from which training is resumed if it exists. Default none.
    /// </summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Steps after which the state is written within an epoch. Default 0: only at the end of each.</summary>
    public int CheckpointSteps { get; init; }

    /// <summary>The outputs of a teacher for the same rows. Default none.</summary>
    public Distillation? Distillation { get; init; }

    /// <summary>Decides after each epoch whether to end before the plan does. Default never.</summary>
    public Func<EpochResult, bool>? StopWhen { get; init; }

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>The learning rate of a step.</summary>
    /// <remarks>Linear warm-up (Goyal et al. 2017), then half a cosine (Loshchilov and Hutter, SGDR, 2017).</remarks>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Number of steps of all epochs.</param>
    public double GetLearningRate(long step, long steps)
    {
        var warmUp = (long)Math.Ceiling(steps * WarmUpShare);
        if (step < warmUp)
            return LearningRate * (step + 1) / warmUp;
        var done = (step - warmUp) / (double)Math.Max(1, steps - warmUp);
        return LearningRate * (FinalRateShare + (1 - FinalRateShare) * 0.5 * (1 + Math.Cos(Math.PI * done)));
    }

    /// <summary>Checks the ranges.</summary>
    internal void Validate()
    {
        var wrong = new List<string>();
        Ask(Epochs >= 1, $"epochs {Epochs}");
        Ask(BatchSize is >= 1 and <= 1 << 16, $"batch size {BatchSize}");
        Ask(LearningRate is > 0 and <= 10, $"learning rate {LearningRate}");
        Ask(WarmUpShare is >= 0 and <= 1, $"warm-up share {WarmUpShare}");
        Ask(FinalRateShare is >= 0 and <= 1, $"final share {FinalRateShare}");
        Ask(WeightDecay is >= 0 and < 100, $"weight decay {WeightDecay}");
        Ask(InputDropout is >= 0 and <= 0.9, $"input dropout {InputDropout}");
        Ask(FirstMomentDecay is >= 0 and < 1, $"first moment's decay {FirstMomentDecay}");
        Ask(SecondMomentDecay is >= 0 and < 1, $"second moment's decay {SecondMomentDecay}");
        Ask(Epsilon is > 0 and < 1, $"epsilon {Epsilon}");
        Ask(Threads >= 0, $"threads {Threads}");
        Ask(CheckpointSteps >= 0, $"steps between checkpoints {CheckpointSteps}");
        if (wrong.Count > 0)
            throw new ArgumentException($"The training plan has values out of range: {string.Join(", ", wrong)}.");

        void Ask(bool fine, string what)
        {
            if (!fine)
                wrong.Add(what);
        }
    }
}
