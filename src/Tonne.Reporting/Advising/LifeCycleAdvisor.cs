using System.Globalization;
using Tonne.Accounting;
using Tonne.Estimation.LanguageModels;
using Tonne.Grids;
using Tonne.LifeCycles;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Advising;

/// <summary>Advice on a life cycle that is described.</summary>
public static class LifeCycleAdvisor
{
    /// <summary>Finds every way to reduce that applies to a phase of a life cycle.</summary>
    /// <param name="life">The life cycle.</param>
    /// <param name="plan">Makes the plan of a command <c>tonne plan …</c>, given word by word; null if nothing is known of a place.</param>
    /// <param name="readModelFile">Reads a model's size from its file, given the path. Default: null, a file cannot be given.</param>
    public static Advice Advise(LifeCycle life, Func<IReadOnlyList<string>, Plan?> plan, Func<string, LanguageModel>? readModelFile = null)
    {
        ArgumentNullException.ThrowIfNull(life);
        ArgumentNullException.ThrowIfNull(plan);
        var uncertainty = new UncertaintyPropagator();
        var places = new PlaceLevers(uncertainty, plan);
        var levers = new List<Lever>();
        var unknown = new List<UnknownLever>();
        var market = new List<string>();
        foreach (var phase in life.Phases.Where(phase => phase.Figures.Operational.Value > 0))
        {
            var share = phase.Figures.Operational.Value / life.Totals.Operational.Value;
            levers.AddRange(FindPlaces(phase, share, places, unknown));
            if (phase.Description is { Estimate: EstimateRequest.Inference asked, Uses: var uses } && uses.All(use =>
                use.Use.Name == "estimate"))
                levers.AddRange(ServiceLevers.Find(asked, share, readModelFile, uncertainty, unknown));
            levers.AddRange(TrainingLevers.Find(phase, share, FindShare(phase, EnergyCategory.Dynamic), readModelFile, uncertainty));
            levers.AddRange(FindIdle(life, phase, share));
            if (phase.Description is { Kind: PhaseKind.Deployment, Estimate: null })
            {
                unknown.Add(new($"{phase.Description.Id}: batch, number format, hardware",
                    "the tokens of prompts and answers are not described",
                    ["tonne", "estimate", "inference", "--parameters", "N", "--hardware", "h100,b200", "--precision", "fp8",
                        "--output-tokens", "N"]));
            }

            if (phase.Figures.MarketBased is { } contracts)
            {
                market.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{phase.Description.Id}: contracts and on-site generation make it {contracts.Value / phase.Figures.Operational.Value * 100:0} % of the location-based figure, which does not change."));
            }
        }

        if (market.Count == 0)
            market.Add("A contract or renewables on the site change the market-based figure, not this one: describe them under 'market:' of a phase (tonne footprint --schema).");
        return Advice.Create(life.Description.Name, life.Totals.Operational, levers, unknown, market);
    }

    static IEnumerable<Lever> FindPlaces(AccountedPhase phase, double share, PlaceLevers places, List<UnknownLever> unknown)
    {
        if (phase.Factors is not [{ Grid: { Zone: not null, Scope: not IntensityScope.Provider } } factors])
        {
            unknown.Add(new($"{phase.Description.Id}: another place",
                phase.Factors is not [var one] ? "it has several places"
                    : one.Grid.Zone is null ? "its intensity is a number whose zone and basis are not stated: describe 'place: {zone: FR}'"
                    : "its intensity is the provider's, which no zone can be compared with",
                ["tonne", "plan", "--duration", "365d", "--zones", "FR,SE"]));
            return [];
        }

        // Without dates, a place is judged by a year.
        var year = new PlaceLevers.Subject(phase.Description.Id, share, phase.Figures.Operational.Derivation, factors, ["--duration",
            "365d"], TimeSpan.FromDays(365));
        var levers = places.FindPlaces(year).Concat(places.FindFacility(year));
        if (phase.Description is not { Kind: not PhaseKind.Deployment, ClockHours: > 0 and <= 8760 and var hours })
            return levers;
        var duration = TimeSpan.FromHours(hours);
        return levers.Concat(places.FindHours(year with { Work = ["--duration", PlaceLevers.FormatDuration(duration)],
            Duration = duration }) ?? []);
    }

    /// <summary>Emissions of dynamic or idle energy ÷ those of the phase; 1 if there is no other. The PUE on a part is left out: the share
    /// is not too large.</summary>
    static double FindShare(AccountedPhase phase, EnergyCategory category) =>
        phase.Description.Uses.All(use => use.Category == category) && phase.Runs.IsEmpty ? 1
            : phase.Figures.Steps.FirstOrDefault(step => step.Name == (category == EnergyCategory.Dynamic ? "dynamic" : "idle")) is { } step
                ? Math.Min(1, step.EmissionsAdded.Value / phase.Figures.Operational.Value) : 0;

    /// <summary>Idle energy: at most that, if other work used the hardware meanwhile.</summary>
    static IEnumerable<Lever> FindIdle(LifeCycle life, AccountedPhase phase, double share)
    {
        var idle = FindShare(phase, EnergyCategory.Idle);
        if (idle is not (> 0 and < 1))
            yield break;
        var isMeasured = phase.Description.Uses.Where(use => use.Category == EnergyCategory.Idle).All(use =>
            use.Use.Quality == Quality.Measured);
        yield return new Lever
        {
            Kind = LeverKind.MachineShare,
            Name = "use what is idle",
            Part = phase.Description.Id,
            PartShare = share,
            SavingOfPart = new(0, idle, idle),
            Basis = isMeasured ? LeverBasis.Measured : phase.Description.Estimate is null ? LeverBasis.Cited : LeverBasis.Modelled,
            BasisText = string.Create(CultureInfo.InvariantCulture,
                $"idle energy is {idle * 100:0.#} % of the phase, as {(phase.Description.Estimate is null ? "described" : "estimated")}"),
            Sources = [.. phase.Figures.Steps.Where(step => step.Name == "idle").SelectMany(step =>
                step.EmissionsAdded.Derivation.GetFactors())
                .Select(factor => factor.Source).DistinctBy(source => source.Id)],
            Effort = LeverEffort.Medium,
            Command = ["tonne", "footprint", life.Description.File, "--explain", $"{phase.Description.Id}.idle.emissions_kg"],
            Group = LeverGroup.Idle,
            Sentence = "At most this: if other work used all that is idle, and carried it.",
        };
    }
}
