using System.Runtime.Intrinsics;

namespace Tonne.Lab.Training;

/// <summary>One step of Adam with decoupled weight decay.</summary>
/// <remarks>
/// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w(1 − ηλ) − η · m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
/// Kingma and Ba, Adam, 2015; Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
/// </remarks>
readonly unsafe struct AdamStep
{
    readonly float _first;
    readonly float _second;
    readonly float _rate;
    readonly float _correction;
    readonly float _epsilon;
    readonly float _kept;

    /// <summary>Creates a step.</summary>
    /// <param name="plan">The plan, which has the decays.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="number">t, from 1.</param>
    internal AdamStep(TrainingPlan plan, double learningRate, long number)
    {
        (_first, _second, _epsilon) = ((float)(1 - plan.FirstMomentDecay), (float)(1 - plan.SecondMomentDecay), (float)plan.Epsilon);
        _rate = (float)(learningRate / (1 - Math.Pow(plan.FirstMomentDecay, number)));
        _correction = (float)(1 / Math.Sqrt(1 - Math.Pow(plan.SecondMomentDecay, number)));
        _kept = (float)(1 - learningRate * plan.WeightDecay);
    }

    /// <summary>Changes weights.</summary>
    /// <param name="weights">w.</param>
    /// <param name="gradients">g.</param>
    /// <param name="first">m.</param>
    /// <param name="second">v.</param>
    /// <param name="count">Number of weights; the rest of the last vector of 8 is changed too.</param>
    /// <param name="decay">Whether λ applies.</param>
    internal void Apply(float* weights, float* gradients, float* first, float* second, int count, bool decay)
    {
        var kept = decay ? _kept : 1;
        var index = 0;
        for (; index <= count - 16; index += 16)
        {
            var g = Vector512.Load(gradients + index);
            var m = Vector512.Load(first + index);
            var v = Vector512.Load(second + index);
            m = Vector512.FusedMultiplyAdd(g - m, Vector512.Create(_first), m);
            v = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(g, g, -v), Vector512.Create(_second), v);
            m.Store(first + index);
            v.Store(second + index);
            var by = Vector512.FusedMultiplyAdd(Vector512.Sqrt(v), Vector512.Create(_correction), Vector512.Create(_epsilon));
            var w = Vector512.Load(weights + index) * kept;
            (w - m / by * _rate).Store(weights + index);
        }

        for (; index < count; index++)
        {
            var g = gradients[index];
            var m = MathF.FusedMultiplyAdd(g - first[index], _first, first[index]);
            var v = MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(g, g, -second[index]), _second, second[index]);
            (first[index], second[index]) = (m, v);
            weights[index] = weights[index] * kept - m / MathF.FusedMultiplyAdd(MathF.Sqrt(v), _correction, _epsilon) * _rate;
        }
    }
}
