namespace Tonne.Runs;

/// <summary>A time in which a meter had no usable reading.</summary>
/// <param name="Meter">Id of the meter.</param>
/// <param name="From">Start, in s from the start of the run.</param>
/// <param name="To">End, in s from the start of the run.</param>
/// <param name="Reason">Reason, as text.</param>
public sealed record Gap(string Meter, double From, double To, string Reason);
