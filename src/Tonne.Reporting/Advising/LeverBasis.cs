namespace Tonne.Reporting.Advising;

/// <summary>What the saving of a lever rests on.</summary>
public enum LeverBasis
{
    /// <summary>Energy that meters counted in this work.</summary>
    Measured,

    /// <summary>A model of tonne, whose error is in the interval.</summary>
    Modelled,

    /// <summary>Published figures.</summary>
    Cited,
}
