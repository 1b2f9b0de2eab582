using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tonne.Quantities;

/// <summary>
/// Evaluates several derivations at every draw of their factors. A branch that derivations share is evaluated once.
/// </summary>
/// <remarks>
/// A derivation is translated into steps: one for each distinct node, children before parents. The draws are evaluated in blocks.
/// The arithmetic of a node is that of <see cref="Derivation.Evaluate"/>, in the same order, so the values are the same to the last bit.
/// A branch whose factors are all exact is a constant. An instance serves one computation on one thread.
/// </remarks>
sealed class DrawProgram(FactorDraws factors)
{
    // Draws in a block: so few that the values of a block stay in the processor's first-level cache.
    const int BlockLength = 256;

    readonly List<Step> _steps = [];
    readonly Dictionary<Derivation, int> _stepOf = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> _stepOfFactor = new(StringComparer.Ordinal);

    /// <summary>Adds a derivation; returns the index of the step that computes it.</summary>
    public int Add(Derivation node)
    {
        if (_stepOf.TryGetValue(node, out var known))
            return known;
        return _stepOf[node] = node switch
        {
            Derivation.FactorNode { Factor: var factor } when !factor.Bounds.IsExact => AddFactor(factor),
            Derivation.FactorNode or Derivation.Count => AddStep(node, null, []),
            _ => AddOperation(node),
        };
    }

    /// <summary>The values of a step at the first draws of the factors.</summary>
    /// <param name="step">An index that <see cref="Add"/> returned.</param>
    /// <param name="drawCount">Number of draws to evaluate.</param>
    public double[] Evaluate(int step, int drawCount)
    {
        var values = new double[drawCount];
        Evaluate([step], drawCount, [values]);
        return values;
    }

    /// <summary>The values of several steps at the first draws of the factors.</summary>
    /// <param name="steps">Indices that <see cref="Add"/> returned.</param>
    /// <param name="drawCount">Number of draws to evaluate.</param>
    /// <param name="results">Receives the values of each step; each array has at least <paramref name="drawCount"/> elements.</param>
    public void Evaluate(ReadOnlySpan<int> steps, int drawCount, ReadOnlySpan<double[]> results)
    {
        var blocks = ArrayPool<double>.Shared.Rent(_steps.Count * BlockLength);
        var resultOfStep = new double[]?[_steps.Count];
        for (var i = 0; i < steps.Length; i++)
            resultOfStep[steps[i]] = results[i];
        foreach (var step in _steps)
        {
            if (step.IsConstant)
                blocks.AsSpan(step.Index * BlockLength, BlockLength).Fill(step.Node!.Value);
        }

        for (var start = 0; start < drawCount; start += BlockLength)
        {
            var values = new BlockValues(_steps, blocks, resultOfStep, start, Math.Min(BlockLength, drawCount - start));
            foreach (var step in _steps)
            {
                if (step.Children.Length > 0)
                    EvaluateBlock(step, values);
            }
        }

        for (var i = 0; i < steps.Length; i++)
        {
            // A constant or a factor has not been written to its result, and a step requested twice was written to one result only.
            var step = _steps[steps[i]];
            if (step.IsConstant)
                results[i].AsSpan(0, drawCount).Fill(step.Node!.Value);
            else if ((step.Draws ?? resultOfStep[step.Index]) is { } source && source != results[i])
                source.AsSpan(0, drawCount).CopyTo(results[i]);
        }

        ArrayPool<double>.Shared.Return(blocks);
    }

    int AddFactor(Factor factor)
    {
        // One id is one random variable, so the first factor with an id is used for all factors with that id.
        if (_stepOfFactor.TryGetValue(factor.Id, out var known))
            return known;
        return _stepOfFactor[factor.Id] = AddStep(null, factors.GetDraws(factor), []);
    }

    int AddOperation(Derivation node)
    {
        var children = node.Children;
        var steps = new int[children.Length];
        var allConstant = true;
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Add(children[i]);
            allConstant &= _steps[steps[i]] is { IsConstant: true };
        }

        return AddStep(node, null, allConstant && double.IsFinite(node.Value) ? [] : steps);
    }

    int AddStep(Derivation? node, double[]? draws, int[] children)
    {
        _steps.Add(new Step(_steps.Count, node, draws, children));
        return _steps.Count - 1;
    }

    /// <summary>Computes the values of a step for one block from the values of its children.</summary>
    static void EvaluateBlock(Step step, BlockValues values)
    {
        var node = step.Node!;
        var result = values.GetResult(step.Index);
        var first = values.Get(step.Children[0]);
        if (node is Derivation.Product { Scale: var scale })
            Scale(first, scale, result);
        else
            first.CopyTo(result);
        foreach (var child in step.Children.AsSpan(1))
        {
            switch (node)
            {
                case Derivation.Product:
                    Multiply(result, values.Get(child));
                    break;
                case Derivation.Difference:
                    Subtract(result, values.Get(child));
                    break;
                case Derivation.Quotient:
                    Divide(result, values.Get(child));
                    break;
                default:
                    AddTo(result, values.Get(child));
                    break;
            }
        }
    }

    static void Scale(ReadOnlySpan<double> values, double scale, Span<double> result)
    {
        var resultVectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        var valueVectors = MemoryMarshal.Cast<double, Vector<double>>(values)[..resultVectors.Length];
        for (var i = 0; i < resultVectors.Length; i++)
            resultVectors[i] = valueVectors[i] * scale;
        for (var i = resultVectors.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = values[i] * scale;
    }

    static void AddTo(Span<double> result, ReadOnlySpan<double> values)
    {
        var resultVectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        var valueVectors = MemoryMarshal.Cast<double, Vector<double>>(values)[..resultVectors.Length];
        for (var i = 0; i < resultVectors.Length; i++)
            resultVectors[i] += valueVectors[i];
        for (var i = resultVectors.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] += values[i];
    }

    static void Subtract(Span<double> result, ReadOnlySpan<double> values)
    {
        var resultVectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        var valueVectors = MemoryMarshal.Cast<double, Vector<double>>(values)[..resultVectors.Length];
        for (var i = 0; i < resultVectors.Length; i++)
            resultVectors[i] -= valueVectors[i];
        for (var i = resultVectors.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] -= values[i];
    }

    static void Multiply(Span<double> result, ReadOnlySpan<double> values)
    {
        var resultVectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        var valueVectors = MemoryMarshal.Cast<double, Vector<double>>(values)[..resultVectors.Length];
        for (var i = 0; i < resultVectors.Length; i++)
            resultVectors[i] *= valueVectors[i];
        for (var i = resultVectors.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] *= values[i];
    }

    static void Divide(Span<double> result, ReadOnlySpan<double> values)
    {
        var resultVectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        var valueVectors = MemoryMarshal.Cast<double, Vector<double>>(values)[..resultVectors.Length];
        for (var i = 0; i < resultVectors.Length; i++)
            resultVectors[i] /= valueVectors[i];
        for (var i = resultVectors.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] /= values[i];
    }

    /// <summary>The values of all steps for one block of draws.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="blocks">Memory for the values of steps that were not requested.</param>
    /// <param name="resultOfStep">Memory for all values of the steps that were requested, by index of the step; null for others.</param>
    /// <param name="start">First draw of the block.</param>
    /// <param name="length">Number of draws in the block.</param>
    readonly ref struct BlockValues(List<Step> steps, double[] blocks, double[]?[] resultOfStep, int start, int length)
    {
        public ReadOnlySpan<double> Get(int step) =>
            steps[step].Draws is { } draws ? draws.AsSpan(start, length) : GetResult(step);

        public Span<double> GetResult(int step) =>
            resultOfStep[step] is { } requested && steps[step].Children.Length > 0
                ? requested.AsSpan(start, length)
                : blocks.AsSpan(step * BlockLength, length);
    }

    /// <summary>A step of the program: an operation on other steps, a constant, or the draws of a factor.</summary>
    /// <param name="Index">Index of the step in the program.</param>
    /// <param name="Node">The node that the step computes; null for the draws of a factor.</param>
    /// <param name="Draws">The draws of a factor; null for other steps.</param>
    /// <param name="Children">Indices of the steps of the node's children; empty for a constant or a factor.</param>
    sealed record Step(int Index, Derivation? Node, double[]? Draws, int[] Children)
    {
        public bool IsConstant => Draws is null && Children.Length == 0;
    }
}
