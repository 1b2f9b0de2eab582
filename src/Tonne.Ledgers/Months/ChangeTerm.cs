namespace Tonne.Ledgers.Months;

/// <summary>A part of the change between two months.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Kilograms">Its part, kg CO2e; negative where it lowers the emissions.</param>
public sealed record ChangeTerm(ChangeCause Cause, double Kilograms);
