namespace Tonne.Services.Accounts;

/// <summary>Facility energy of single requests, Wh: percentiles by nearest rank, within 0.5 %.</summary>
/// <remarks>A request has its work and its part of the idle energy of its own time; idle energy of times without a request is in
/// none.</remarks>
/// <param name="Requests">Requests whose own energy is known.</param>
/// <param name="P50">Half of them took at most this.</param>
/// <param name="P95">95 % took at most this.</param>
/// <param name="P99">99 % took at most this.</param>
public sealed record RequestPercentiles(long Requests, double P50, double P95, double P99)
{
    /// <summary>Why there are none, where no request has an energy of its own.</summary>
    public static string MissingReason =>
        "No request has an energy of its own: metrics are sums over all requests, and lines of a log need durations and tokens. "
        + "Percentiles need spans (--otlp), an access log with durations and tokens, or tonne proxy.";
}
