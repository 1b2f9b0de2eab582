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
/// A branch whose factors are all exact is a constant. A product of constants and one other node is not stored: each node above it
/// multiplies on the way. An instance serves one computation on one thread.
/// </remarks>
sealed class DrawProgram(FactorDraws factors, BranchDraws? branches = null)
{
    // Draws in a block: so few that the values of a block stay in the processor's first-level cache.
    const int BlockLength = 256;

    readonly List<Step> _steps = [];
    readonly Dictionary<Derivation, int> _stepOf = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, (Factor Factor, int? Step)> _factorOfId = new(StringComparer.Ordinal);

    /// <summary>Whether a factor was added that has the id of an earlier one and other bounds; the earlier one was used for it.</summary>
    public bool HasConflict { get; private set; }

    /// <summary>Adds a derivation; returns the index of the step that computes it.</summary>
    public int Add(Derivation node)
    {
        if (_stepOf.TryGetValue(node, out var known))
            return known;
        return _stepOf[node] = node switch
        {
            Derivation.FactorNode { Factor: var factor } when !factor.Bounds.IsExact => AddFactor(factor),
            Derivation.FactorNode or Derivation.Count => AddStep(new Step { Node = node }),
            _ => TryAddBranch(node) ?? AddOperation(node),
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
        for (var i = 0; i < _steps.Count; i++)
        {
            if (_steps[i].IsConstant)
                blocks.AsSpan(i * BlockLength, BlockLength).Fill(_steps[i].Node!.Value);
        }

        for (var start = 0; start < drawCount; start += BlockLength)
        {
            var values = new BlockValues(_steps, blocks, resultOfStep, start, Math.Min(BlockLength, drawCount - start));
            for (var i = 0; i < _steps.Count; i++)
            {
                if (_steps[i].Children.Length > 0 && (!_steps[i].IsScaling || resultOfStep[i] is not null))
                    EvaluateBlock(i, _steps[i], values);
            }
        }

        for (var i = 0; i < steps.Length; i++)
        {
            // A constant or a factor has not been written to its result, and a step requested twice was written to one result only.
            var step = _steps[steps[i]];
            if (step.IsConstant)
                results[i].AsSpan(0, drawCount).Fill(step.Node!.Value);
            else if ((step.Draws ?? resultOfStep[steps[i]]) is { } source && source != results[i])
                source.AsSpan(0, drawCount).CopyTo(results[i]);
        }

        ArrayPool<double>.Shared.Return(blocks);
    }

    int AddFactor(Factor factor)
    {
        // One id is one random variable, so the first factor with an id is used for all factors with that id.
        var (first, step) = _factorOfId.GetValueOrDefault(factor.Id, (factor, null));
        HasConflict |= first.Bounds != factor.Bounds;
        var index = step ?? AddStep(new Step { Draws = factors.GetDraws(first) });
        _factorOfId[factor.Id] = (first, index);
        return index;
    }

    /// <summary>Adds a branch whose draws are kept; null if they are not, or are of other factors than those added before.</summary>
    int? TryAddBranch(Derivation node)
    {
        if (branches?.Find(node) is not { } branch)
            return null;
        foreach (var factor in branch.Factors)
        {
            if (_factorOfId.TryGetValue(factor.Id, out var earlier) && earlier.Factor.Bounds != factor.Bounds)
                return null;
        }

        foreach (var factor in branch.Factors)
            _factorOfId.TryAdd(factor.Id, (factor, null));
        return AddStep(new Step { Draws = branch.Draws });
    }

    int AddOperation(Derivation node)
    {
        var children = node.Children;
        var steps = new int[children.Length];
        var allConstant = true;
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Add(children[i]);
            allConstant &= _steps[steps[i]].IsConstant;
        }

        if (allConstant && double.IsFinite(node.Value))
            return AddStep(new Step { Node = node });
        if (node is not Derivation.Product { Scale: var scale })
            return node is Derivation.Sum && steps.Length == 1 ? steps[0] : AddStep(new Step { Node = node, Children = steps });
        var skipped = 0;
        // Constants before the first child that is none are multiplied once. Multiplication is commutative to the last bit.
        while (skipped < steps.Length - 1 && _steps[steps[skipped]].IsConstant)
            scale *= _steps[steps[skipped++]].Node!.Value;
        var isScaling = skipped == steps.Length - 1 && !_steps[steps[^1]].IsScaling;
        return AddStep(new Step { Node = node, Children = steps[skipped..], Scale = scale, IsScaling = isScaling });
    }

    int AddStep(Step step)
    {
        _steps.Add(step);
        return _steps.Count - 1;
    }

    /// <summary>Computes the values of a step for one block from the values of its children.</summary>
    static void EvaluateBlock(int index, Step step, BlockValues values)
    {
        var result = values.GetResult(index);
        var first = values.Get(step.Children[0], out var firstScale);
        if (step.Children.Length == 1)
        {
            Scale(first, firstScale, step.Scale, result);
            return;
        }

        var second = values.Get(step.Children[1], out var secondScale);
        switch (step.Node)
        {
            case Derivation.Product:
                Multiply(first, firstScale, step.Scale, second, secondScale, result);
                break;
            case Derivation.Difference:
                Subtract(first, firstScale, second, secondScale, result);
                break;
            case Derivation.Quotient:
                Divide(first, firstScale, second, secondScale, result);
                break;
            default:
                Sum(first, firstScale, second, secondScale, result);
                break;
        }

        foreach (var child in step.Children.AsSpan(2))
        {
            var next = values.Get(child, out var scale);
            if (step.Node is Derivation.Product)
                Multiply(result, 1, 1, next, scale, result);
            else
                Sum(result, 1, next, scale, result);
        }
    }

    // In the following, a value is that of its step times the scale of a product that is not stored; times 1 changes no bit.
    static void Scale(ReadOnlySpan<double> values, double valueScale, double scale, Span<double> result)
    {
        var results = MemoryMarshal.Cast<double, Vector<double>>(result);
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values)[..results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = vectors[i] * valueScale * scale;
        for (var i = results.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = values[i] * valueScale * scale;
    }

    static void Multiply(
        ReadOnlySpan<double> first, double firstScale, double scale, ReadOnlySpan<double> second, double secondScale, Span<double> result)
    {
        var results = MemoryMarshal.Cast<double, Vector<double>>(result);
        var firsts = MemoryMarshal.Cast<double, Vector<double>>(first)[..results.Length];
        var seconds = MemoryMarshal.Cast<double, Vector<double>>(second)[..results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = firsts[i] * firstScale * scale * (seconds[i] * secondScale);
        for (var i = results.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = first[i] * firstScale * scale * (second[i] * secondScale);
    }

    static void Sum(ReadOnlySpan<double> first, double firstScale, ReadOnlySpan<double> second, double secondScale, Span<double> result)
    {
        var results = MemoryMarshal.Cast<double, Vector<double>>(result);
        var firsts = MemoryMarshal.Cast<double, Vector<double>>(first)[..results.Length];
        var seconds = MemoryMarshal.Cast<double, Vector<double>>(second)[..results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = (firsts[i] * firstScale) + (seconds[i] * secondScale);
        for (var i = results.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = (first[i] * firstScale) + (second[i] * secondScale);
    }

    static void Subtract(
        ReadOnlySpan<double> first, double firstScale, ReadOnlySpan<double> second, double secondScale, Span<double> result)
    {
        var results = MemoryMarshal.Cast<double, Vector<double>>(result);
        var firsts = MemoryMarshal.Cast<double, Vector<double>>(first)[..results.Length];
        var seconds = MemoryMarshal.Cast<double, Vector<double>>(second)[..results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = (firsts[i] * firstScale) - (seconds[i] * secondScale);
        for (var i = results.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = (first[i] * firstScale) - (second[i] * secondScale);
    }

    static void Divide(ReadOnlySpan<double> first, double firstScale, ReadOnlySpan<double> second, double secondScale, Span<double> result)
    {
        var results = MemoryMarshal.Cast<double, Vector<double>>(result);
        var firsts = MemoryMarshal.Cast<double, Vector<double>>(first)[..results.Length];
        var seconds = MemoryMarshal.Cast<double, Vector<double>>(second)[..results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = firsts[i] * firstScale / (seconds[i] * secondScale);
        for (var i = results.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = first[i] * firstScale / (second[i] * secondScale);
    }

    /// <summary>The values of all steps for one block of draws.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="blocks">Memory for the values of steps that were not requested.</param>
    /// <param name="resultOfStep">Memory for all values of the steps that were requested, by index of the step; null for others.</param>
    /// <param name="start">First draw of the block.</param>
    /// <param name="length">Number of draws in the block.</param>
    readonly ref struct BlockValues(List<Step> steps, double[] blocks, double[]?[] resultOfStep, int start, int length)
    {
        /// <summary>The values of a step, each to be multiplied by a scale.</summary>
        public ReadOnlySpan<double> Get(int index, out double scale)
        {
            var step = steps[index];
            scale = step.IsScaling ? step.Scale : 1;
            if (step.IsScaling)
                (index, step) = (step.Children[0], steps[step.Children[0]]);
            return step.Draws is { } draws ? draws.AsSpan(start, length) : GetResult(index);
        }

        public Span<double> GetResult(int step) =>
            resultOfStep[step] is { } requested && steps[step].Children.Length > 0
                ? requested.AsSpan(start, length)
                : blocks.AsSpan(step * BlockLength, length);
    }

    /// <summary>A step of the program: an operation on other steps, a constant, or draws.</summary>
    sealed class Step
    {
        /// <summary>The node that the step computes; null for draws.</summary>
        public Derivation? Node { get; init; }

        /// <summary>The draws of a factor or of a kept branch; null for other steps.</summary>
        public double[]? Draws { get; init; }

        /// <summary>Indices of the steps that the operation combines; empty for a constant or draws.</summary>
        public int[] Children { get; init; } = [];

        /// <summary>Exact factor of a product: its scale and its leading constants; 1 for other steps.</summary>
        public double Scale { get; init; } = 1;

        /// <summary>Whether the step is a product of <see cref="Scale"/> and one stored step.</summary>
        public bool IsScaling { get; init; }

        public bool IsConstant => Draws is null && Children.Length == 0;
    }
}
