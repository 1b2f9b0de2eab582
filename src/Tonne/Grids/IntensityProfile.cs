namespace Tonne.Grids;

/// <summary>What the intensity of each hour of a span usually is, from the month and the hour of the day.</summary>
/// <param name="Mean">The mean of the same month and hour, scaled.</param>
/// <param name="Low">The 2.5 % quantile over the days of that month, scaled.</param>
/// <param name="High">The 97.5 % quantile, scaled.</param>
/// <param name="Scale">By what the values of the profile's year were multiplied.</param>
/// <param name="Year">The year the profile was made from.</param>
/// <param name="Explanation">How it was made, in a sentence.</param>
public sealed record IntensityProfile(IntensitySeries Mean, IntensitySeries Low, IntensitySeries High, double Scale, int Year,
    string Explanation);
