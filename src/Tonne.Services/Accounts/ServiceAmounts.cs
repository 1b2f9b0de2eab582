using Tonne.Quantities;
using Tonne.Services.Recording;

namespace Tonne.Services.Accounts;

/// <summary>What a service, or one of its models, did and used in some time.</summary>
/// <remarks>Values add, and so do lows and highs: what makes the figure of one hour wrong makes those of the others wrong too.</remarks>
public sealed record ServiceAmounts
{
    /// <summary>No work.</summary>
    public static ServiceAmounts None { get; } = new();

    /// <summary>Requests, tokens, and energy of the requests at the plug, before the facility's share.</summary>
    public ServiceModelHour Counts { get; init; } = new() { Model = "" };

    /// <summary>Energy that fell on no request, µJ.</summary>
    public long IdleMicrojoules { get; init; }

    /// <summary>Time that was recorded, s.</summary>
    public double Seconds { get; init; }

    /// <summary>Time in it of which no requests are known, s.</summary>
    public double UnknownSeconds { get; init; }

    /// <summary>Energy of the facility, PUE included, idle included, kWh.</summary>
    public Bounds EnergyKwh { get; init; }

    /// <summary>Operational emissions, kg CO2e.</summary>
    public Bounds OperationalKg { get; init; }

    /// <summary>Operational and embodied emissions, kg CO2e.</summary>
    public Bounds EmissionsKg { get; init; }

    /// <summary>Energy of requests and idle, µJ.</summary>
    public long Microjoules => Counts.Microjoules + IdleMicrojoules;

    /// <summary>Share of the energy that fell on no request, 0 to 1; null without energy.</summary>
    public double? IdleShare => Microjoules > 0 ? (double)IdleMicrojoules / Microjoules : null;

    /// <summary>Requests whose energy is known.</summary>
    public long MeasuredRequests => Counts.Requests - Counts.WithoutEnergy;

    /// <summary>Energy of the facility for each request, with its part of idle, Wh; null without requests.</summary>
    public Bounds? WattHoursPerRequest => MeasuredRequests > 0 ? EnergyKwh * (1000d / MeasuredRequests) : null;

    /// <summary>Emissions for each request, with its part of idle, g CO2e; null without requests.</summary>
    public Bounds? GramsPerRequest => MeasuredRequests > 0 ? EmissionsKg * (1000d / MeasuredRequests) : null;

    /// <summary>Energy at the plug that computing takes for each uncached token of a prompt, J; null without such tokens.</summary>
    public double? JoulesPerPromptToken => Divide(Counts.PromptMicrojoules, Counts.PromptTokens - Counts.CachedTokens);

    /// <summary>Energy at the plug that computing takes for each token of an answer, J; null without tokens.</summary>
    public double? JoulesPerOutputToken => Divide(Counts.OutputMicrojoules, Counts.OutputTokens);

    /// <summary>Energy of the facility for 1,000 tokens of prompts and answers, with its part of idle, Wh; null without tokens.</summary>
    public Bounds? WattHoursPerThousandTokens => Counts.PromptTokens + Counts.OutputTokens is > 0 and var tokens ? EnergyKwh * (1e6 / tokens) : null;

    /// <summary>Emissions for 1,000 tokens of prompts and answers, with its part of idle, g CO2e; null without tokens.</summary>
    public Bounds? GramsPerThousandTokens => Counts.PromptTokens + Counts.OutputTokens is > 0 and var tokens ? EmissionsKg * (1e6 / tokens) : null;

    /// <summary>Percentiles of the facility energy of single requests; null if no request has an energy of its own.</summary>
    public RequestPercentiles? RequestPercentiles
    {
        get
        {
            if (Counts.RequestEnergies is not { Bins.Length: > 0 } energies || Microjoules <= 0)
                return null;
            // 3.6e9 µJ are a Wh; the mean ratio of facility energy to energy at the plug.
            var wattHours = EnergyKwh.Best * 1000 / Microjoules;
            return new RequestPercentiles(
                energies.Count, energies.FindPercentile(50)!.Value * wattHours, energies.FindPercentile(95)!.Value * wattHours,
                energies.FindPercentile(99)!.Value * wattHours);
        }
    }

    /// <summary>Adds up.</summary>
    public ServiceAmounts Plus(ServiceAmounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ServiceAmounts
        {
            Counts = Counts.Plus(other.Counts),
            IdleMicrojoules = IdleMicrojoules + other.IdleMicrojoules,
            Seconds = Seconds + other.Seconds,
            UnknownSeconds = UnknownSeconds + other.UnknownSeconds,
            EnergyKwh = Add(EnergyKwh, other.EnergyKwh),
            OperationalKg = Add(OperationalKg, other.OperationalKg),
            EmissionsKg = Add(EmissionsKg, other.EmissionsKg),
        };
    }

    /// <summary>Adds up hours or models.</summary>
    public static ServiceAmounts Sum(IEnumerable<ServiceAmounts> amounts) => amounts.Aggregate(None, static (sum, each) => sum.Plus(each));

    static double? Divide(long microjoules, long tokens) => tokens > 0 ? microjoules / 1e6 / tokens : null;

    static Bounds Add(Bounds left, Bounds right) => new(left.Low + right.Low, left.Best + right.Best, left.High + right.High);
}
