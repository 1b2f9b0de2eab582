using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tonne.Quantities;

/// <summary>Evaluates several derivations at every draw of their factors: each shared branch once, block by block.</summary>
/// <remarks>
/// The arithmetic of a node is that of <see cref="Derivation.Evaluate"/>, in the same order, so the values are the same to the last bit.
/// A branch without spread is one number. For one call, on one thread.
/// </remarks>
sealed class DrawProgram(FactorDraws factors)
{
    // Values of a block stay in the processor's first-level cache.
    const int Block = 256;

    readonly List<Step> _steps = [];
    readonly Dictionary<Derivation, int> _stepOf = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> _stepOfFactor = new(StringComparer.Ordinal);

    /// <summary>Adds a derivation; returns the number by which its values are read.</summary>
    public int Add(Derivation node)
    {
        if (_stepOf.TryGetValue(node, out var known))
            return known;
        return _stepOf[node] = node switch
        {
            Derivation.FactorNode { Factor: var factor } when !factor.Bounds.IsExact => AddFactor(factor),
            Derivation.FactorNode or Derivation.Count => AddStep(node, null, []),
            _ => AddInner(node),
        };
    }

    /// <summary>The values of a step at the first draws.</summary>
    /// <param name="step">A number that <see cref="Add"/> returned.</param>
    /// <param name="draws">How many draws.</param>
    public double[] Evaluate(int step, int draws)
    {
        var values = new double[draws];
        Evaluate([step], draws, [values]);
        return values;
    }

    /// <summary>The values of some steps at the first draws.</summary>
    /// <param name="steps">Numbers that <see cref="Add"/> returned.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="into">Takes the values of each step; at least as long as there are draws.</param>
    public void Evaluate(ReadOnlySpan<int> steps, int draws, ReadOnlySpan<double[]> into)
    {
        var blocks = ArrayPool<double>.Shared.Rent(_steps.Count * Block);
        var all = new double[]?[_steps.Count];
        for (var i = 0; i < steps.Length; i++)
            all[steps[i]] = into[i];
        foreach (var step in _steps)
        {
            if (step.IsNumber)
                blocks.AsSpan(step.Index * Block, Block).Fill(step.Node!.Value);
        }

        for (var start = 0; start < draws; start += Block)
        {
            var values = new Values(_steps, blocks, all, start, Math.Min(Block, draws - start));
            foreach (var step in _steps)
            {
                if (step.Children.Length > 0)
                    Run(step, values);
            }
        }

        for (var i = 0; i < steps.Length; i++)
        {
            // A leaf has no block of its own, and a step asked for twice has written to one array.
            var step = _steps[steps[i]];
            if (step.IsNumber)
                into[i].AsSpan(0, draws).Fill(step.Node!.Value);
            else if ((step.Draws ?? all[step.Index]) is { } source && source != into[i])
                source.AsSpan(0, draws).CopyTo(into[i]);
        }

        ArrayPool<double>.Shared.Return(blocks);
    }

    int AddFactor(Factor factor)
    {
        // One id is one unknown, so the first factor of an id is used for all of them.
        if (_stepOfFactor.TryGetValue(factor.Id, out var known))
            return known;
        return _stepOfFactor[factor.Id] = AddStep(null, factors.GetDraws(factor), []);
    }

    int AddInner(Derivation node)
    {
        var children = node.Children;
        var steps = new int[children.Length];
        var exact = true;
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Add(children[i]);
            exact &= _steps[steps[i]] is { IsNumber: true };
        }

        return AddStep(node, null, exact && double.IsFinite(node.Value) ? [] : steps);
    }

    int AddStep(Derivation? node, double[]? draws, int[] children)
    {
        _steps.Add(new Step(_steps.Count, node, draws, children));
        return _steps.Count - 1;
    }

    /// <summary>Computes a step for a block from its children.</summary>
    static void Run(Step step, Values values)
    {
        var node = step.Node!;
        var into = values.GetTarget(step.Index);
        var first = values.Get(step.Children[0]);
        if (node is Derivation.Product { Scale: var scale })
            Scale(first, scale, into);
        else
            first.CopyTo(into);
        foreach (var child in step.Children.AsSpan(1))
        {
            switch (node)
            {
                case Derivation.Product:
                    Multiply(into, values.Get(child));
                    break;
                case Derivation.Difference:
                    Subtract(into, values.Get(child));
                    break;
                case Derivation.Quotient:
                    Divide(into, values.Get(child));
                    break;
                default:
                    AddTo(into, values.Get(child));
                    break;
            }
        }
    }

    static void Scale(ReadOnlySpan<double> values, double scale, Span<double> into)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(into);
        var others = MemoryMarshal.Cast<double, Vector<double>>(values)[..wide.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = others[i] * scale;
        for (var i = wide.Length * Vector<double>.Count; i < into.Length; i++)
            into[i] = values[i] * scale;
    }

    static void AddTo(Span<double> into, ReadOnlySpan<double> values)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(into);
        var others = MemoryMarshal.Cast<double, Vector<double>>(values)[..wide.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] += others[i];
        for (var i = wide.Length * Vector<double>.Count; i < into.Length; i++)
            into[i] += values[i];
    }

    static void Subtract(Span<double> into, ReadOnlySpan<double> values)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(into);
        var others = MemoryMarshal.Cast<double, Vector<double>>(values)[..wide.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] -= others[i];
        for (var i = wide.Length * Vector<double>.Count; i < into.Length; i++)
            into[i] -= values[i];
    }

    static void Multiply(Span<double> into, ReadOnlySpan<double> values)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(into);
        var others = MemoryMarshal.Cast<double, Vector<double>>(values)[..wide.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] *= others[i];
        for (var i = wide.Length * Vector<double>.Count; i < into.Length; i++)
            into[i] *= values[i];
    }

    static void Divide(Span<double> into, ReadOnlySpan<double> values)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(into);
        var others = MemoryMarshal.Cast<double, Vector<double>>(values)[..wide.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] /= others[i];
        for (var i = wide.Length * Vector<double>.Count; i < into.Length; i++)
            into[i] /= values[i];
    }

    /// <summary>Where the values of steps are, for one block of draws.</summary>
    readonly ref struct Values(List<Step> steps, double[] blocks, double[]?[] all, int start, int length)
    {
        public ReadOnlySpan<double> Get(int step) => steps[step].Draws is { } draws ? draws.AsSpan(start, length) : GetTarget(step);

        public Span<double> GetTarget(int step) =>
            all[step] is { } own && steps[step].Children.Length > 0 ? own.AsSpan(start, length) : blocks.AsSpan(step * Block, length);
    }

    /// <summary>A node to compute after its children, or the draws of a factor.</summary>
    /// <param name="Index">Its number.</param>
    /// <param name="Node">What is computed; null for the draws of a factor.</param>
    /// <param name="Draws">The draws of a factor; null for other steps.</param>
    /// <param name="Children">Steps computed before; empty for a number.</param>
    sealed record Step(int Index, Derivation? Node, double[]? Draws, int[] Children)
    {
        public bool IsNumber => Draws is null && Children.Length == 0;
    }
}
