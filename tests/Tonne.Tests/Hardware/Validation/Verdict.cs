namespace Tonne.Tests.Hardware.Validation;

/// <summary>How often intervals held what was published, by an exact binomial test.</summary>
sealed record Verdict(IReadOnlyList<Trial> Trials)
{
    public int Cases => Trials.Count;

    public int Hits => Trials.Count(trial => trial.Holds);

    public double Share => Hits / (double)Cases;

    public double MedianWidth => Trials.Select(trial => trial.Width).Order().ElementAt(Cases / 2);

    public double WidestWidth => Trials.Max(trial => trial.Width);

    /// <summary>P of so many hits or more if only 90 % were held.</summary>
    public double ChanceIfTooNarrow => ExactBinomial.AtLeast(Hits, Cases, 0.90);

    /// <summary>P of so few hits or fewer if more than 99 % were held.</summary>
    public double ChanceIfTooWide => ExactBinomial.AtMost(Hits, Cases, 0.99);

    /// <summary>Whether the hits exclude, each at 5 %, that fewer than 90 % or more than 99 % of all machines are held.</summary>
    public bool Holds => ChanceIfTooNarrow < 0.05 && ChanceIfTooWide < 0.05;

    /// <summary>Whether any number of hits could have excluded both.</summary>
    public bool HasPower => Enumerable.Range(0, Cases + 1).Any(hits => ExactBinomial.AtLeast(hits, Cases, 0.90) < 0.05 && ExactBinomial.AtMost(hits, Cases, 0.99) < 0.05);

    /// <summary>Whether the hits alone make a coverage below 90 % improbable, or above 99 %.</summary>
    public string Words => Holds ? "holds" : !HasPower ? (ExactBinomial.AtMost(Hits, Cases, 0.90) < 0.05 ? "too narrow" : "too few to tell")
        : ExactBinomial.AtMost(Hits, Cases, 0.90) < 0.05 ? "too narrow" : ChanceIfTooNarrow >= 0.05 ? "90 % not excluded" : "99 % not excluded";
}
