namespace Tonne.Estimation.Training;

/// <summary>The fitted spreads of ln utilisation.</summary>
/// <param name="Spread">Standard deviation between trainings of different publishers with the same features.</param>
/// <param name="PublisherShare">Share of the variance <paramref name="Spread"/>² that all series of one publisher have in common, 0 to 1;
/// the rest differs between its series.</param>
/// <param name="Noise">Standard deviation between trainings of one series with the same features.</param>
readonly record struct UtilisationSpreads(double Spread, double PublisherShare, double Noise);
