using System.Collections.Concurrent;
using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>A unit: its text, dimension and size.</summary>
/// <remarks>
/// Factors are joined by <c>·</c>, divisors follow <c>/</c>: <c>g CO2e/kWh</c>, <c>GB·s</c>. What is counted (tokens, threads, requests, operations) has no dimension,
/// as in the SI; an unknown word is such a count. JSON contains the text. <c>default</c> is <c>1</c>, the unit of a ratio.
/// </remarks>
[JsonConverter(typeof(UnitJsonConverter))]
public readonly record struct Unit
{
    // What a source calls GB is 10^9 or 2^30 bytes.
    const double ByteTolerance = 0.08;
    const double Tolerance = 1e-9;

    // Cache of parsed units, because derivations use the same few units; further units are parsed each time.
    const int MostKnown = 512;
    static readonly ConcurrentDictionary<string, (UnitDimension Dimension, double LogFactor)> _known = new(StringComparer.Ordinal);

    readonly string? _symbol;
    readonly bool _isStored;

    /// <summary>A unit by its text.</summary>
    /// <param name="symbol">For example <c>kWh</c> or <c>g CO2e/kWh</c>; <c>1</c> for a ratio.</param>
    public Unit(string symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        _symbol = symbol;
        (Dimension, _logFactor) = Read(symbol);
    }

    // Natural logarithm of how many base units (J, s, g CO2e, L, GB, kg, cm) one is: 0 for the default.
    readonly double _logFactor;

    /// <summary>
    /// The unit of a stored node. Formulas were checked when they were created; units stored by an earlier version are accepted as they
    /// are.
    /// </summary>
    /// <param name="symbol">The stored text.</param>
    internal static Unit FromStored(string symbol) => new Unit(symbol) with { IsStored = true };

    bool IsStored
    {
        get => _isStored;
        init => _isStored = value;
    }

    /// <summary>The text.</summary>
    public string Symbol => _symbol ?? "1";

    /// <summary>The dimension.</summary>
    internal UnitDimension Dimension { get; }

    /// <summary>The unit of that text.</summary>
    public static implicit operator Unit(string symbol) => new(symbol);

    /// <summary>The text of a unit.</summary>
    public static implicit operator string(Unit unit) => unit.Symbol;

    /// <summary>A unit by its text.</summary>
    public static Unit FromString(string symbol) => new(symbol);

    /// <summary>Whether two units measure the same: kWh and J do, kWh and W do not.</summary>
    public bool IsCommensurableWith(Unit other) => Dimension == other.Dimension;

    /// <summary>Whether a formula of some units gives this one.</summary>
    /// <param name="numerator">Units that are multiplied.</param>
    /// <param name="denominator">The unit divided by.</param>
    /// <param name="scale">The number by which the formula multiplies.</param>
    internal bool IsOf(ReadOnlySpan<Unit> numerator, Unit denominator = default, double scale = 1)
    {
        if (_isStored)
            return true;
        var dimension = default(UnitDimension) - denominator.Dimension;
        var logFactor = -denominator._logFactor - Math.Log(scale);
        var bytes = HasBytes || denominator.HasBytes;
        foreach (var unit in numerator)
        {
            dimension += unit.Dimension;
            logFactor += unit._logFactor;
            bytes |= unit.HasBytes;
        }

        return dimension == Dimension && Math.Abs(logFactor - _logFactor) < (bytes ? ByteTolerance : Tolerance);
    }

    static (UnitDimension Dimension, double LogFactor) Read(string symbol)
    {
        if (_known.TryGetValue(symbol, out var known))
            return known;
        var (dimension, factor) = UnitParser.Parse(symbol);
        var read = (dimension, Math.Log(factor));
        if (_known.Count < MostKnown)
            _known.TryAdd(symbol, read);
        return read;
    }

    bool HasBytes => Dimension.Bytes != 0;

    /// <summary>Two units are the same if they are written the same.</summary>
    public bool Equals(Unit other) => string.Equals(Symbol, other.Symbol, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Symbol);

    /// <summary>The text.</summary>
    public override string ToString() => Symbol;
}
