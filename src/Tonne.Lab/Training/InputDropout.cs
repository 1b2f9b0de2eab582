using Tonne.Lab.Collecting;

namespace Tonne.Lab.Training;

/// <summary>Inputs left out at random while training, so that no few of them are relied on: each with the same probability, those kept scaled so that their sum is kept on the mean.</summary>
/// <remarks>
/// Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15, 2014. Which inputs of a row are left out depends on the seed, the epoch's step and the row alone,
/// so it is the same with any number of threads and after a resumption.
/// </remarks>
readonly struct InputDropout
{
    readonly int _threshold;
    readonly float _scale;
    readonly ulong _seed;

    /// <summary>The dropout of a step.</summary>
    /// <param name="plan">Says the probability and the seed.</param>
    /// <param name="step">From 1.</param>
    internal InputDropout(TrainingPlan plan, long step)
    {
        // In 256ths: a byte of a draw decides on an input.
        _threshold = (int)Math.Round(plan.InputDropout * 256);
        _scale = 256f / (256 - _threshold);
        _seed = SplitMix64.Mix(unchecked(((ulong)plan.Seed << 40) ^ (ulong)step));
    }

    /// <summary>Leaves inputs of a row out.</summary>
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
