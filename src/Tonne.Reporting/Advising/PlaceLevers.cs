using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Advising;

/// <summary>Levers of the hour, the place and the facility, each with the plan that its command makes.</summary>
/// <param name="uncertainty">Draws.</param>
/// <param name="plan">Makes the plan of a command; null if there is none.</param>
sealed class PlaceLevers(UncertaintyPropagator uncertainty, Func<IReadOnlyList<string>, Plan?> plan)
{
    /// <summary>The best published PUE that is proposed: the mean of a large provider.</summary>
    const string BestFacility = "google";

    /// <summary>What the levers are of.</summary>
    /// <param name="Part">Name of the part.</param>
    /// <param name="PartShare">Its share of the work.</param>
    /// <param name="Operational">Its operational emissions.</param>
    /// <param name="Factors">The factors of its place.</param>
    /// <param name="Work">Options of <c>tonne plan</c> that describe the work.</param>
    /// <param name="Duration">Its duration.</param>
    /// <param name="Region">The cloud region, where it is known; null if it runs in a zone.</param>
    internal sealed record Subject(
        string Part, double PartShare, Derivation Operational, AccountingFactors Factors, ImmutableArray<string> Work, TimeSpan Duration,
            string? Region = null)
    {
        /// <summary>The region or zone; null if the intensity is only a number.</summary>
        public string? Place => Region ?? Factors.Grid.Zone;
    }

    /// <summary>Another hour: without pauses, and with pauses where they save more. Null if nothing is known of the hours.</summary>
    public IReadOnlyList<Lever>? FindHours(Subject subject)
    {
        if (subject.Place is not { } code)
            return null;
        ImmutableArray<string> command = ["tonne", "plan", .. subject.Work, subject.Region is null ? "--zone" : "--region", code];
        if (plan(command) is not { } made || made.Options.All(option => option.ExpectedSaving is null))
            return null;
        return
        [
            .. made.Options.Where(option => option.Pauses > 0 || (option.Kind == PlanOptionKind.Contiguous
                && option.Start > made.Request.Now))
                .Where(option => option.ExpectedSaving is not null).Select(option => CreateHour(subject, made, option, command)),
        ];
    }

    static Lever CreateHour(Subject subject, Plan made, PlanOption option, ImmutableArray<string> command)
    {
        var (hasPauses, intensity) = (option.Pauses > 0, made.Request.Places[0].Intensity);
        return new Lever
        {
            Kind = hasPauses ? LeverKind.Pauses : LeverKind.Hour,
            Name = hasPauses ? "cleaner hours, with pauses" : "another hour",
            Part = subject.Part,
            PartShare = subject.PartShare,
            SavingOfPart = option.ExpectedSaving!.Value,
            Basis = LeverBasis.Modelled,
            BasisText = $"plan on the hours of {intensity.Zone.Code} ({EnumWords.Format(intensity.Signal)}); how far hours are from it is in the interval",
            Sources = [intensity.Source],
            Effort = hasPauses ? LeverEffort.Low : LeverEffort.None,
            Command = command,
            Group = LeverGroup.PlaceAndTime,
            Sentence = string.Create(CultureInfo.InvariantCulture,
                $"Against a start now: it starts {option.Start.UtcDateTime:yyyy-MM-dd HH:mm} and ends {option.End.UtcDateTime:yyyy-MM-dd HH:mm} UTC{(hasPauses ? "; the job has to be able to resume" : "")}."),
        };
    }

    /// <summary>Another place: of the few that are proposed the cleanest that a plan prefers; none if there is none.</summary>
    public IEnumerable<Lever> FindPlaces(Subject subject)
    {
        if (subject.Place is not { } code)
            yield break;
        var region = subject.Region is null ? null : RegionCatalog.Find(code).ValueOrThrow;
        var candidates = region is null ? FindZones(subject, code) : FindRegions(subject, region);
        foreach (var (name, title, other, present) in candidates)
        {
            ImmutableArray<string> command =
            [
                "tonne", "plan", .. subject.Work, "--zones", $"{code},{name}", "--max-pauses", "0",
                "--finish-by", FormatDuration(subject.Duration),
            ];
            if (plan(command) is not { Contiguous: { } option } made || option.Segments[0].Place == made.Request.Places[0])
                continue;
            yield return new Lever
            {
                Kind = LeverKind.Place,
                Name = $"another place: {title}",
                Part = subject.Part,
                PartShare = subject.PartShare,
                SavingOfPart = LeverMath.Widen(option, LeverMath.ComputeSaving(uncertainty, other, present)),
                Basis = LeverBasis.Cited,
                BasisText = string.Create(CultureInfo.InvariantCulture,
                    $"annual intensities{(region is null ? "" : " × PUE")}: {other.Value:0.#} against {present.Value:0.#} g/kWh, same basis and scope"),
                Sources = LeverMath.FindSources(other, present),
                Effort = LeverEffort.Medium,
                Command = command,
                Group = LeverGroup.PlaceAndTime,
                Sentence = "The same work there, at the same hours. Data have to be allowed there, and moving them is not counted.",
            };
            yield break;
        }
    }

    /// <summary>A facility with the best published PUE; none if the present one is as good.</summary>
    public IEnumerable<Lever> FindFacility(Subject subject)
    {
        var (present, best) = (subject.Factors.Pue, FacilityCatalog.FindPue(BestFacility).ValueOrThrow.Factor);
        if (subject is not { Region: null, Factors.Grid.Zone: { } code } || present.Bounds.Best <= best.Bounds.Best)
            yield break;
        var other = subject.Operational.ReplaceFactors(factor => factor.Id == present.Id ? best : factor);
        yield return new Lever
        {
            Kind = LeverKind.Facility,
            Name = string.Create(CultureInfo.InvariantCulture, $"a facility with PUE {best.Bounds.Best:0.##}"),
            Part = subject.Part,
            PartShare = subject.PartShare,
            SavingOfPart = LeverMath.ComputeSaving(uncertainty, other, subject.Operational),
            Basis = LeverBasis.Cited,
            BasisText = string.Create(CultureInfo.InvariantCulture,
                $"PUE {present.Bounds.Best:0.##} here ({subject.Factors.PueHow}) against {best.Bounds.Best:0.##}, {best.Label}"),
            Sources = [present.Source, best.Source],
            Effort = LeverEffort.High,
            Command = ["tonne", "plan", .. subject.Work, "--zone", code, "--pue", best.Bounds.Best.ToString("0.###",
                CultureInfo.InvariantCulture)],
            Group = LeverGroup.Facility,
            Sentence = string.Create(CultureInfo.InvariantCulture,
                $"The emissions of this command against those with --pue {present.Bounds.Best:0.###}, the present one."),
        };
    }

    /// <summary>A duration as an option, rounded up to minutes.</summary>
    internal static string FormatDuration(TimeSpan duration)
    {
        const double minutesPerDay = 1440;
        var minutes = Math.Max(1, Math.Ceiling(duration.TotalMinutes));
        return minutes % minutesPerDay == 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes / minutesPerDay:0}d")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes:0}min");
    }

    /// <summary>Zones, by annual intensity. A guessed zone has the wide bounds of the account.</summary>
    static IEnumerable<(string Name, string Title, Derivation Other, Derivation Present)> FindZones(Subject subject, string code)
    {
        if (ZoneCatalog.Find(code) is not { IsFound: true } zone || AnnualIntensityCatalog.Find(zone.Value!) is not { } here)
            return [];
        var grid = subject.Factors.Grid;
        if (grid.Basis != here.Basis || grid.Scope != here.Scope)
            return [];
        var present = grid.Spans is null ? grid.Intensity : here.Intensity;
        return PlaceChoices.FindZones(code, here).Select(pair => (pair.Zone.Code, pair.Zone.Name,
            (Derivation)new Derivation.FactorNode(pair.Intensity.Intensity), (Derivation)new Derivation.FactorNode(present)));
    }

    /// <summary>Regions, by intensity × PUE. The present region's are the factors of the account.</summary>
    static IEnumerable<(string Name, string Title, Derivation Other, Derivation Present)> FindRegions(Subject subject, CloudRegion region)
    {
        var present = Multiply(region.GridIntensity.Intensity, subject.Factors.Pue);
        return PlaceChoices.FindRegions(region)
            .Select(other => (other.Id, $"{other.Id} ({other.Location})", (Derivation)Multiply(other.GridIntensity.Intensity,
                FacilityCatalog.GetPue(other).Factor), (Derivation)present))
            .Where(pair => pair.Item3.Value < present.Value);
    }

    static Derivation.Product Multiply(Factor intensity, Factor pue) =>
        new("emissions of IT energy", intensity.Unit, [new Derivation.FactorNode(intensity), new Derivation.FactorNode(pue)]);
}
