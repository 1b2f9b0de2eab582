namespace Tonne.Planning;

/// <summary>A segment in ticks at a place by its number.</summary>
readonly record struct PlannedSpan(long From, long To, int Place);
