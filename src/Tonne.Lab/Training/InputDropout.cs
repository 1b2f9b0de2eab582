using Tonne.Lab.Collecting;

namespace Tonne.Lab.Training;

/// <summary>
/// Sets random inputs to zero during training, so that the network does not rely on a few of them. Each has the same probability, and the
/// others are scaled so that the mean of the sum is unchanged.
/// </summary>
/// <remarks>
/// Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15, 2014. Which inputs of a row are dropped
/// depends only on the seed, the step and the row, so it is the same with any number of threads and after a resumption.
/// </remarks>
readonly struct InputDropout
{
    readonly int _threshold;
    readonly float _scale;
    readonly ulong _seed;

    /// <summary>Creates the dropout of a step.</summary>
    /// <param name="plan">The plan, which has the probability and the seed.</param>
    /// <param name="step">Number of the step, from 1.</param>
    internal InputDropout(TrainingPlan plan, long step)
    {
        // The rate in units of 1/256, because one random byte decides whether an input is dropped.
        _threshold = (int)Math.Round(plan.InputDropout * 256);
        _scale = 256f / (256 - _threshold);
        _seed = SplitMix64.Mix(unchecked(((ulong)plan.Seed << 40) ^ (ulong)step));
    }

    /// <summary>Drops inputs of a row.</summary>
    /// <param name="values">The row's inputs; changed.</param>
    /// <param name="row">Number of the row among all examples.</param>
    internal void Apply(Span<float> values, int row)
    {
        if (_threshold == 0)
            return;
        var draws = new SplitMix64(unchecked(_seed + ((ulong)row * 0x9E3779B97F4A7C15)));
        for (var i = 0; i < values.Length;)
        {
            var bits = draws.Next();
            for (var end = Math.Min(i + 8, values.Length); i < end; i++, bits >>= 8)
                values[i] = (int)(bits & 255) < _threshold ? 0 : values[i] * _scale;
        }
    }
}
