using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>How a figure was computed: a tree from the figure down to each cited factor and each counted number.</summary>
/// <remarks>
/// Immutable; branches may be shared. The tree is the formula: <see cref="Value"/> is its value at best factors, and
/// <see cref="UncertaintyPropagator"/> derives the bounds from it. A report that has the tree needs no formula of its own.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(Count), "counted")]
[JsonDerivedType(typeof(FactorNode), "factor")]
[JsonDerivedType(typeof(Sum), "sum")]
[JsonDerivedType(typeof(Difference), "difference")]
[JsonDerivedType(typeof(Product), "product")]
[JsonDerivedType(typeof(Quotient), "quotient")]
public abstract record Derivation
{
    Derivation(string label, Unit unit) => (Label, Unit) = (label, unit);

    /// <summary>Label of the node, for people.</summary>
    public string Label { get; init; }

    /// <summary>Unit of the node's value; <c>1</c> if dimensionless. A formula whose units give another one is refused.</summary>
    public Unit Unit { get; }

    /// <summary>The value at best factors. Computed once, when the node is made.</summary>
    [JsonIgnore]
    public double Value { get; private init; }

    /// <summary>The value with each factor given by a function, for example a draw.</summary>
    public abstract double Evaluate(Func<Factor, double> valueOf);

    static ArgumentException CreateUnitError(string label, Unit unit, string formula) =>
        new($"'{label}' is declared in {unit}, but its formula gives {formula}.", nameof(unit));

    /// <summary>The nodes directly below, left to right.</summary>
    [JsonIgnore]
    public abstract ImmutableArray<Derivation> Children { get; }

    /// <summary>Every factor in the tree, once each, in the order of first use.</summary>
    public IReadOnlyList<Factor> GetFactors()
    {
        var met = new List<Factor>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        Visit(this);
        return met;

        void Visit(Derivation node)
        {
            if (node is FactorNode given && ids.Add(given.Factor.Id))
                met.Add(given.Factor);
            foreach (var child in node.Children)
                Visit(child);
        }
    }

    /// <summary>The same tree with some factors replaced: a recount after a catalog has changed.</summary>
    /// <param name="replace">Returns the factor to use instead, or the same.</param>
    public abstract Derivation ReplaceFactors(Func<Factor, Factor> replace);

    /// <summary>A number without uncertainty: a count, a time, an amount read from a counter.</summary>
    public sealed record Count : Derivation
    {
        /// <summary>A counted number.</summary>
        [JsonConstructor]
        public Count(string label, Unit unit, double number)
            : base(label, unit) => (Number, Value) = (Finite.Require(number), number);

        /// <summary>The number.</summary>
        public double Number { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override ImmutableArray<Derivation> Children => [];

        /// <inheritdoc/>
        public override double Evaluate(Func<Factor, double> valueOf) => Number;

        /// <inheritdoc/>
        public override Derivation ReplaceFactors(Func<Factor, Factor> replace) => this;
    }

    /// <summary>A cited factor.</summary>
    public sealed record FactorNode : Derivation
    {
        /// <summary>A factor as a leaf.</summary>
        public FactorNode(Factor factor)
            : base(factor.Label, factor.Unit) => (Factor, Value) = (factor, factor.Bounds.Best);

        /// <summary>The factor.</summary>
        public Factor Factor { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override ImmutableArray<Derivation> Children => [];

        /// <inheritdoc/>
        public override double Evaluate(Func<Factor, double> valueOf) => valueOf(Factor);

        /// <inheritdoc/>
        public override Derivation ReplaceFactors(Func<Factor, Factor> replace) => new FactorNode(replace(Factor));
    }

    /// <summary>Several nodes of one unit added up.</summary>
    public sealed record Sum : Derivation
    {
        /// <summary>The sum of terms.</summary>
        [JsonConstructor]
        public Sum(string label, Unit unit, ImmutableArray<Derivation> terms)
            : base(label, unit)
        {
            Terms = terms;
            Value = 0;
            foreach (var term in terms)
            {
                if (!unit.IsOf([term.Unit]))
                    throw CreateUnitError(label, unit, $"{term.Unit} ('{term.Label}')");
                Value += term.Value;
            }
        }

        /// <summary>What is added.</summary>
        public ImmutableArray<Derivation> Terms { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override ImmutableArray<Derivation> Children => Terms;

        /// <inheritdoc/>
        public override double Evaluate(Func<Factor, double> valueOf)
        {
            var total = 0d;
            foreach (var term in Terms)
                total += term.Evaluate(valueOf);
            return total;
        }

        /// <inheritdoc/>
        public override Derivation ReplaceFactors(Func<Factor, Factor> replace) => new Sum(Label, Unit, [.. Terms.Select(term => term.ReplaceFactors(replace))]);
    }

    /// <summary>One node less another of the same unit.</summary>
    public sealed record Difference : Derivation
    {
        /// <summary>A minuend less a subtrahend.</summary>
        [JsonConstructor]
        public Difference(string label, Unit unit, Derivation minuend, Derivation subtrahend)
            : base(label, unit)
        {
            if (!unit.IsOf([minuend.Unit]) || !unit.IsOf([subtrahend.Unit]))
                throw CreateUnitError(label, unit, $"{minuend.Unit} − {subtrahend.Unit}");
            (Minuend, Subtrahend, Value) = (minuend, subtrahend, minuend.Value - subtrahend.Value);
        }

        /// <summary>What is taken from.</summary>
        public Derivation Minuend { get; }

        /// <summary>What is taken away.</summary>
        public Derivation Subtrahend { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override ImmutableArray<Derivation> Children => [Minuend, Subtrahend];

        /// <inheritdoc/>
        public override double Evaluate(Func<Factor, double> valueOf) => Minuend.Evaluate(valueOf) - Subtrahend.Evaluate(valueOf);

        /// <inheritdoc/>
        public override Derivation ReplaceFactors(Func<Factor, Factor> replace) => new Difference(Label, Unit, Minuend.ReplaceFactors(replace), Subtrahend.ReplaceFactors(replace));
    }

    /// <summary>Several nodes multiplied, and an exact conversion of units.</summary>
    public sealed record Product : Derivation
    {
        /// <summary>The product of nodes, times an exact scale.</summary>
        /// <param name="label">Label of the node, for people.</param>
        /// <param name="unit">Unit of the result.</param>
        /// <param name="of">The factors of the product.</param>
        /// <param name="scale">Exact conversion of units, for example 1/3,600,000 from J to kWh. Default 1.</param>
        [JsonConstructor]
        public Product(string label, Unit unit, ImmutableArray<Derivation> of, double scale = 1)
            : base(label, unit)
        {
            (Of, Scale) = (of, scale);
            Value = scale;
            Span<Unit> units = new Unit[of.Length];
            for (var i = 0; i < of.Length; i++)
            {
                units[i] = of[i].Unit;
                Value *= of[i].Value;
            }

            if (!unit.IsOf(units, scale: scale))
                throw CreateUnitError(label, unit, FormattableString.Invariant($"{string.Join(" · ", of.Select(node => node.Unit.Symbol))} × {scale}"));
        }

        /// <summary>What is multiplied.</summary>
        public ImmutableArray<Derivation> Of { get; }

        /// <summary>Exact conversion of units.</summary>
        public double Scale { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override ImmutableArray<Derivation> Children => Of;

        /// <inheritdoc/>
        public override double Evaluate(Func<Factor, double> valueOf)
        {
            var total = Scale;
            foreach (var node in Of)
                total *= node.Evaluate(valueOf);
            return total;
        }

        /// <inheritdoc/>
        public override Derivation ReplaceFactors(Func<Factor, Factor> replace) => new Product(Label, Unit, [.. Of.Select(node => node.ReplaceFactors(replace))], Scale);
    }

    /// <summary>One node divided by another.</summary>
    public sealed record Quotient : Derivation
    {
        /// <summary>A numerator over a denominator.</summary>
        [JsonConstructor]
        public Quotient(string label, Unit unit, Derivation numerator, Derivation denominator)
            : base(label, unit)
        {
            if (!unit.IsOf([numerator.Unit], denominator.Unit))
                throw CreateUnitError(label, unit, $"{numerator.Unit} ÷ {denominator.Unit}");
            (Numerator, Denominator, Value) = (numerator, denominator, numerator.Value / denominator.Value);
        }

        /// <summary>What is divided.</summary>
        public Derivation Numerator { get; }

        /// <summary>What it is divided by.</summary>
        public Derivation Denominator { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override ImmutableArray<Derivation> Children => [Numerator, Denominator];

        /// <inheritdoc/>
        public override double Evaluate(Func<Factor, double> valueOf) => Numerator.Evaluate(valueOf) / Denominator.Evaluate(valueOf);

        /// <inheritdoc/>
        public override Derivation ReplaceFactors(Func<Factor, Factor> replace) => new Quotient(Label, Unit, Numerator.ReplaceFactors(replace), Denominator.ReplaceFactors(replace));
    }
}
