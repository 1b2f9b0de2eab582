using Tonne.Quantities;

namespace Tonne.Reporting.Planning;

/// <summary>
/// A run on another accelerator, modelled from data sheets, with embodied emissions of the accelerators for the time they are held.
/// </summary>
/// <param name="Present">The accelerator that it ran on.</param>
/// <param name="Other">The other one.</param>
/// <param name="PresentGrams">As it ran: operational emissions of the run and embodied ones of its accelerators, g CO2e.</param>
/// <param name="OtherGrams">The same on the other accelerator, with the interval of the comparison, g CO2e.</param>
public sealed record ReplayedHardware(string Present, string Other, double PresentGrams, Bounds OtherGrams);
