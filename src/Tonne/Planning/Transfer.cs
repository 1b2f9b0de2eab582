using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Bringing the data of a job to a place.</summary>
/// <param name="Energy">Energy at the plug, before the PUE of the place it goes to; spent there, evenly over the time.</param>
/// <param name="Time">How long it takes, right before the job starts there. Zero: at the moment of the start.</param>
public sealed record Transfer(Energy Energy, TimeSpan Time);
