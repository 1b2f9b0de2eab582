using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Regulatory;

/// <summary>
/// Fills in the items on computation and energy of the Model Documentation Form for general-purpose AI models. The form is from the
/// European Commission: General-Purpose AI Code of Practice, Transparency chapter, of 10 July 2025; Annex XI of Regulation (EU) 2024/1689.
/// Each answer that is not known is marked as missing.
/// </summary>
/// <remarks>
/// The form defines no boundary for energy; the answer is the facility energy (PUE included) and names it. Items go to the AI Office and
/// national authorities, none to downstream providers.
/// </remarks>
public static class ModelDocumentationForm
{
    const string Resources = "Computational resources (during training)";
    const string Energy = "Energy consumption (during training and inference)";
    const string Office = "AI Office";
    const string Authorities = "national authorities";
    const string Both = "AI Office, national authorities";
    const double DaysPerMonth = 365.25 / 12;

    /// <summary>The lines that a run can answer. Only the reader knows whether one run is the whole training.</summary>
    public static IReadOnlyList<FormLine> CreateLines(RunRecord record, Footprint footprint)
    {
        var days = record.DurationSeconds / 86_400;
        var chips = record.Opening.Machine.Gpus?.Count ?? 0;
        var hardware = chips > 0
            ? $"{Digits(days * chips, "days")} of {string.Join(", ", (record.Opening.Machine.Gpus ?? []).GroupBy(name => name, StringComparer.Ordinal).Select(group => $"{group.Count()} × {group.Key}"))}"
            : $"{Digits(days, "days")} of one machine ({record.Opening.Machine.Cpu}, {record.Opening.Machine.Threads} threads)";
        var how = string.Join(", ", record.Opening.Bases.Select(basis => $"{EnumWords.Format(basis.Component)} {EnumWords.Format(basis.Quality)}").Distinct());
        return
        [
            .. Time(days, hardware, $"the run {record.Opening.Id} alone, by the monotonic clock; add the others if the model took more"),
            .. Computation(null),
            EnergyLine(footprint.FacilityEnergy, $"of the run {record.Opening.Id} alone"),
            new(Energy, "Measurement methodology", Methodology(footprint.FacilityEnergy, footprint.Energy, footprint.Factors, $"By component: {how}."), "by tonne, method " + footprint.Method, Both),
            .. Inference(),
            .. CreateRelatedLines(footprint.Energy, footprint.FacilityEnergy, footprint.Total),
            new("", "Energy of development, beside this run", null, "this is one run: 'tonne footprint' adds experiments and failed runs of the ledger"),
        ];
    }

    /// <summary>The lines that the description of a life cycle can answer.</summary>
    public static IReadOnlyList<FormLine> CreateLines(LifeCycle life)
    {
        var training = life.Phases.Where(phase => phase.Description.Kind is PhaseKind.Training or PhaseKind.FineTuning).ToList();
        var development = life.Phases.Where(phase => phase.Description.Kind is not (PhaseKind.Training or PhaseKind.FineTuning or PhaseKind.Deployment)).ToList();
        var lines = new List<FormLine>();
        if (training.Count == 0)
        {
            lines.Add(new(Resources, "Training time", null, "no phase of the kind training is described", Both));
            lines.AddRange(Computation(null));
            lines.Add(new(Energy, "Amount of energy used for training", null, "no phase of the kind training is described", Both));
        }
        else
        {
            var names = string.Join(" + ", training.Select(phase => phase.Description.Name));
            var hours = training.Select(FindClockHours).OfType<double>().ToList();
            var chips = training.SelectMany(phase => phase.Description.Chips).ToList();
            double? days = hours.Count == training.Count ? hours.Sum() / 24 : null;
            var hardware = chips.Count == 0 ? null : string.Join(", ", chips.Select(chip => $"{Digits(chip.Hours.Value / 24, "days")} of {chip.Chip}"));
            lines.AddRange(Time(days, hardware, names));
            lines.AddRange(Computation(training.All(phase => phase.Description.Computation is not null) ? training.Sum(phase => phase.Description.Computation!.Bounds.Best) : null,
                training.Select(phase => phase.Description.Computation).OfType<Factor>().FirstOrDefault(factor => factor.Id.StartsWith("estimate/", StringComparison.Ordinal))?.Note));
            var energy = SumPhases(training, phase => phase.Figures.FacilityEnergy);
            lines.Add(EnergyLine(energy, $"of {names}"));
            lines.Add(new(Energy, "Measurement methodology", Methodology(energy, SumPhases(training, phase => phase.Figures.Energy), training[0].Factors is [var factors] && training.Count == 1 ? factors : null,
                string.Join(" ", training.Select(phase => Described(phase)))), "as described, by tonne, method " + Accountant.MethodVersion, Both));
        }

        lines.AddRange(Inference());
        if (training.Count > 0)
            lines.AddRange(CreateRelatedLines(SumPhases(training, phase => phase.Figures.Energy), SumPhases(training, phase => phase.Figures.FacilityEnergy), SumPhases(training, phase => phase.Figures.Total)));
        lines.Add(development.Count == 0
            ? new("", "Energy of development (experiments, failed runs, data, evaluation)", null, "no such phase is described; studies that counted it found from a third to four fifths of all")
            : new("", "Energy of development (experiments, failed runs, data, evaluation)", Megawatthours(SumPhases(development, phase => phase.Figures.FacilityEnergy)), string.Join(" + ", development.Select(phase => phase.Description.Name)) + "; not in the training above"));
        foreach (var phase in life.Phases.Where(phase => phase.Description.Kind == PhaseKind.Deployment))
        {
            foreach (var (unit, energy, _) in phase.PerUnit)
                lines.Add(new("", $"Energy of inference, per {unit.Name}", FootprintFormat.FormatWithInterval(energy), $"{phase.Description.Name}; the form asks for computation alone"));
        }

        return lines;
    }

    /// <summary>Clock time of a phase in h: as described, otherwise that of its runs one after another; null if unknown.</summary>
    static double? FindClockHours(AccountedPhase phase) => phase.Description.ClockHours
        ?? (phase.Description.Uses.IsEmpty && phase.Runs.Any() ? phase.Runs.Sum(run => run.Record.DurationSeconds) / 3600 : null);

    /// <summary>The form as Markdown.</summary>
    /// <param name="name">The model or run.</param>
    /// <param name="lines">The lines of the form.</param>
    public static string RenderMarkdown(string name, IReadOnlyList<FormLine> lines)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Model documentation: computation and energy of {TextSanitizer.EscapeMarkdown(name)}\n\n");
        page.Append("The items on computation and energy of the Model Documentation Form (General-Purpose AI Code of Practice, Transparency chapter, 10 July 2025; Annex XI of Regulation (EU) 2024/1689).\n");
        page.Append("The other items of the form do not concern energy and are left out.\n");
        foreach (var section in lines.GroupBy(line => line.Section, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {(section.Key.Length > 0 ? section.Key : "Not asked by the form")}\n\n");
            page.Append(section.Key.Length > 0 ? "| Item | Answer | How it is known | For |\n| --- | --- | --- | --- |\n" : "| Item | Answer | How it is known |\n| --- | --- | --- |\n");
            foreach (var line in section)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {TextSanitizer.EscapeMarkdown(line.Item)} | {(line.Answer is null ? "**missing**" : TextSanitizer.EscapeMarkdown(line.Answer))} | {TextSanitizer.EscapeMarkdown(line.Why)} |");
                page.Append(section.Key.Length > 0 ? $" {line.Audience} |\n" : "\n");
            }
        }

        var missing = lines.Count(line => line.Answer is null && line.Section.Length > 0);
        page.Append(CultureInfo.InvariantCulture, $"\n{missing} of {lines.Count(line => line.Section.Length > 0)} items of the form are missing.\n");
        return page.ToString();
    }

    static IEnumerable<FormLine> Time(double? days, string? hardware, string why)
    {
        const string missing = "how long it took is not described: give the phase a 'duration', or 'hours' and 'devices'";
        yield return new(Resources, "Training time, range", days is { } known ? Range(known) : null, days is null ? missing : why, Authorities);
        yield return new(Resources, "Training time, wall clock", days is { } wall ? Digits(wall, "days") : null, days is null ? missing : why, Office);
        yield return new(Resources, "Training time, hardware", hardware, hardware is null ? "which accelerators, how many and how long is not described: give 'chip_hours' and 'hardware'" : why, Office);
    }

    static IEnumerable<FormLine> Computation(double? operations, string? rule = null)
    {
        const string missing = "the number of floating-point operations is neither measured nor described; a rule of thumb is 6 × parameters × tokens (give it as 'computation')";
        yield return new(Resources, "Amount of computation used for training, order of magnitude",
            operations is > 0 and { } known ? string.Create(CultureInfo.InvariantCulture, $"10^{Math.Floor(Math.Log10(known)):0} FLOP") : null, operations is null ? missing : "as described", Authorities);
        yield return new(Resources, "Amount of computation used for training", operations is > 0 and { } exact ? Scientific(exact, "FLOP") : null, operations is null ? missing : "as described", Office);
        yield return new(Resources, "Measurement methodology", operations is null ? null : rule is null ? "As given in the description; not measured by tonne." : $"Estimated: {rule}.", operations is null ? missing : "as described", Both);
    }

    static FormLine EnergyLine(Figure facility, string of) => facility.Value > 0
        ? new(Energy, "Amount of energy used for training", Megawatthours(facility), $"{of}, PUE included: the form sets no boundary", Both)
        : new(Energy, "Amount of energy used for training", null, $"no energy {of} is known", Both);

    static string Methodology(Figure facility, Figure plug, AccountingFactors? factors, string how)
    {
        var share = facility.MeasuredShare >= 0.9995 ? "Measured" : facility.MeasuredShare < 0.0005 ? $"Estimated ({EnumWords.Format(facility.Quality)})" : $"{DisplayValue.FormatPercent(facility.MeasuredShare)} measured, the rest estimated";
        var building = factors is null ? "" : $" PUE {DisplayValue.FormatFactor(factors.Pue).FormatWithInterval()}, {factors.PueHow}.";
        var interval = facility.Bounds.IsExact ? "The inputs carry no bounds." : $"95 % interval {DisplayValue.Format(facility.Bounds, "kWh").FormatInterval()} {DisplayValue.Format(facility.Bounds, "kWh").Unit}.";
        return $"{share}. {how}{building} {FootprintFormat.FormatValue(plug)} before PUE. {interval}";
    }

    static string Described(AccountedPhase phase)
    {
        var steps = phase.Description.Uses.Select(use => $"{use.Use.Name} {DisplayValue.Format(use.Use.Energy.Value, "kWh", 4)} ({EnumWords.Format(use.Use.Quality)}{(use.Use.IncludesFacility ? ", cooling included" : "")})");
        return $"{phase.Description.Name}: {string.Join(", ", steps.Concat(phase.Runs.Select(run => $"run {run.Record.Opening.Id} by its meters")))}.";
    }

    static IEnumerable<FormLine> Inference()
    {
        yield return new(Energy, "Benchmarked amount of computation used for inference", null, "floating-point operations of a benchmark task are not known to tonne: it counts energy, the form asks for computation here", Both);
        yield return new(Energy, "Measurement methodology (inference)", null, "name the task, as in generating 100,000 tokens, and the hardware", Both);
    }

    static IEnumerable<FormLine> CreateRelatedLines(Figure plug, Figure facility, Figure emissions)
    {
        yield return new("", "Energy at the plug (before PUE)", Megawatthours(plug), BoundaryText.Describe(plug.Boundary));
        yield return new("", "Facility energy (PUE included), 95 % interval", facility.Bounds.IsExact ? "no bounds are given" : $"{Scientific(facility.Bounds.Low / 1000, "MWh")} to {Scientific(facility.Bounds.High / 1000, "MWh")}", $"{EnumWords.Format(facility.Quality)}, {DisplayValue.FormatPercent(facility.MeasuredShare)} of the energy measured");
        yield return new("", "Emissions", FootprintFormat.FormatWithInterval(emissions), BoundaryText.Describe(emissions.Boundary));
    }

    static Figure SumPhases(List<AccountedPhase> phases, Func<AccountedPhase, Figure> of)
    {
        if (phases.Count == 1)
            return of(phases[0]);
        List<Figure> figures = [.. phases.Select(of)];
        var sum = new Derivation.Sum(figures[0].Name, figures[0].Unit, [.. figures.Select(figure => figure.Derivation)]);
        var whole = figures.Sum(figure => figure.Value);
        return figures[0] with
        {
            Boundary = figures[0].Boundary with { Components = [.. figures.SelectMany(figure => figure.Boundary.Components).Distinct()] },
            Bounds = new UncertaintyPropagator().ComputeBounds(sum),
            Quality = figures.Max(figure => figure.Quality),
            MeasuredShare = whole > 0 ? figures.Sum(figure => figure.Value * figure.MeasuredShare) / whole : 0,
            Derivation = sum,
        };
    }

    static string Range(double days) => (days / DaysPerMonth) switch
    {
        < 1 => "less than 1 month",
        < 3 => "1 to 3 months",
        < 6 => "3 to 6 months",
        _ => "more than 6 months",
    };

    static string Megawatthours(Figure figure) => Scientific(figure.Value / 1000, "MWh");

    /// <summary>Formats a number as the form asks: at least two significant figures.</summary>
    internal static string Scientific(double value, string unit)
    {
        if (value <= 0)
            return "0 " + unit;
        var power = (int)Math.Floor(Math.Log10(value));
        var mantissa = Math.Round(value / Math.Pow(10, power), 2, MidpointRounding.AwayFromZero);
        if (mantissa >= 10)
            (mantissa, power) = (mantissa / 10, power + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa:0.00} × 10^{power} {unit}");
    }

    static string Digits(double value, string unit) => DisplayValue.Format(value, unit);
}
