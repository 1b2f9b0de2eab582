namespace Tonne.Server.Proxying;

/// <summary>Facility energy of a request, Wh: percentiles by nearest rank over the requests that are kept.</summary>
/// <param name="Basis">measured, or estimate.</param>
/// <param name="N">Requests with a figure.</param>
/// <param name="P50">Half of the requests have at most this.</param>
/// <param name="P90">90 % have at most this.</param>
/// <param name="P99">99 % have at most this.</param>
sealed record PercentileDocument(string Basis, int N, double? P50, double? P90, double? P99)
{
    /// <summary>Computes the percentiles.</summary>
    public static PercentileDocument From(string basis, IEnumerable<double> wattHours)
    {
        var sorted = wattHours.Order().ToArray();
        return new PercentileDocument(basis, sorted.Length, Find(sorted, 50), Find(sorted, 90), Find(sorted, 99));
    }

    // Nearest rank: the smallest value that at least this part of all does not exceed.
    static double? Find(double[] sorted, int percent) =>
        sorted.Length == 0 ? null : sorted[(((sorted.Length * percent) + 99) / 100) - 1];
}
