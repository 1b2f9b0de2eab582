namespace Tonne.Runs;

/// <summary>A time in which a meter said nothing that can be used.</summary>
/// <param name="Meter">Id of the meter.</param>
/// <param name="From">Start, in s from the start of the run.</param>
/// <param name="To">End, in s from the start of the run.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record Gap(string Meter, double From, double To, string Reason);
