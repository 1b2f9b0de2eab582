using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LifeCycles;
using Tonne.Estimation.LanguageModels;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Training;

/// <summary>Estimates the energy and emissions of a training before it runs.</summary>
/// <remarks>
/// <code>
/// operations = 6 × active parameters × tokens                                      [Kaplan et al. 2020]
/// chip-hours = runs × operations ÷ (peak at 16 bit × utilisation × precision)      utilisation: <see cref="UtilisationModel"/>
/// energy     = chip-hours × power of a chip with its share of the host              [kWh at the plug]
/// embodied   = chip-hours × (chip + host ÷ chips in the host) ÷ (lifetime × utilisation of the lifetime)   [kg CO2e]
/// </code>
/// The runs of a campaign share all factors, so the relative bounds of their sum are those of one run. Not thread safe, because it keeps
/// the random samples of its factors.
/// </remarks>
public sealed class TrainingEstimator
{
    internal static readonly FactorTable Factors = new("training_factors.csv", typeof(TrainingCatalog).Assembly);

    // From this share of the time on, the part that does not depend on the size of the model is reported.
    const double LeastFixedTimeShare = 0.1;

    readonly UncertaintyPropagator _uncertainty = new();
    readonly Accountant _accountant = new();
    readonly UtilisationModel _model;

    /// <summary>Creates an estimator with the utilisation model that ships with this version.</summary>
    public TrainingEstimator()
        : this(UtilisationModel.Shipped)
    {
    }

    /// <summary>Creates an estimator with another utilisation model, for example one fitted without one of the trainings.</summary>
    /// <param name="model">The model.</param>
    public TrainingEstimator(UtilisationModel model) => _model = model;

    /// <summary>Estimates a training at a place.</summary>
    /// <exception cref="ArgumentException">The task is invalid; the message lists all problems.</exception>
    /// <exception cref="UnknownNameException">A zone or region that no catalog knows.</exception>
    public TrainingEstimate Estimate(TrainingTask task, Place place)
    {
        if (task.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join("; ", problems) + ".");
        var assumptions = new List<Assumption>();
        var features = task.CreateFeatures();
        if (task.Hardware.Slice is { } slice)
        {
            assumptions.Add(SliceAssumption.Describe(slice, task.Hardware.MemoryGigabytes));
            if (task.Chips > 1)
                assumptions.Add("A CUDA program uses one MIG slice: several slices are several trainings, not one.");
        }

        Bounds? utilisation = features is { } known ? _model.Predict(known, task.Sibling) : null;
        var hoursOfOneRun = task.HasGivenHours
            ? DeriveGivenHours(task, features, utilisation, assumptions)
            : DeriveEstimatedHours(task, features!.Value, utilisation!.Value, assumptions);
        Derivation hours = task.Runs == 1
            ? hoursOfOneRun
            : new Derivation.Product("accelerator-hours of all runs", "h", [new Derivation.Count("runs", "1", task.Runs), hoursOfOneRun]);
        var boundary = new Boundary(BoundaryExtent.It, ["accelerators", "hosts"], AllocationPolicy.Machine);
        var power = ChipPower.Derive(task.Hardware);
        var energy = new Derivation.Product("energy at the plug", "kWh", [hours, power], 1 / 1000d);
        var accounting = FactorSelector.SelectFactors(place);
        var quality = power.GetFactors().Any(factor => factor.Quality == Quality.Assumed) ? Quality.Assumed : Quality.Modelled;
        var embodied = AcceleratorEmbodiedAllocation.DeriveEmbodied(task.Hardware, hours, accounting);
        var footprint = _accountant.Account(new PhaseUse("training", boundary, energy, embodied, quality), accounting);
        assumptions.AddRange(DescribePower(task, power));
        assumptions.Add(new Assumption(AssumptionTopic.Place, $"Place: {accounting.Grid.How}. PUE: {accounting.PueHow}."));
        assumptions.Add("Left out: storage, network outside the nodes, data preparation, failed runs and experiments "
            + "(--runs counts them), and the use of the model.");
        if (task.Runs > 1)
            assumptions.Add(string.Create(CultureInfo.InvariantCulture, $"{task.Runs:N0} runs of equal length on the same hardware; "
                + $"their uncertainties are the same, so the relative bounds of the sum are as wide as those of one run."));
        var chipHours = new Figure(
            "chip_hours", new Boundary(BoundaryExtent.Accelerators, [], AllocationPolicy.Machine), _uncertainty.ComputeBounds(hours),
            task.HasGivenHours ? Quality.Measured : Quality.Modelled, 0, hours);
        var sources = new[] { chipHours }.Concat(footprint.GetFigures())
            .SelectMany(figure => figure.Derivation.GetFactors())
            .Select(factor => factor.Source)
            .DistinctBy(source => source.Id)
            .OrderBy(source => source.Id, StringComparer.Ordinal);
        var mostSimilar = features is { } toCompare ? _model.FindMostSimilar(toCompare, 3) : [];
        return new TrainingEstimate(task, chipHours, footprint, utilisation, mostSimilar, assumptions, [.. sources]);
    }

    /// <summary>Operations of LoRA for each parameter and token.</summary>
    internal static Factor LoraOperations => Factors["training/lora-operations"];

    /// <summary>
    /// The factor by which a chip trains faster in a number format than at 16 bit; null if it is not faster, for example because the chip
    /// has no units for the format.
    /// </summary>
    internal static Factor? FindSpeedFactor(TrainingPrecision precision, Accelerator chip) => precision switch
    {
        TrainingPrecision.Fp8 when HasFasterUnits(precision, chip) => Factors["training/fp8-speed"],
        TrainingPrecision.Int8 when HasFasterUnits(precision, chip) => Factors["training/int8-speed"],
        TrainingPrecision.Mxfp4 when HasFasterUnits(precision, chip) => Factors["training/mxfp4-speed"],
        // If the chip has no matrix units, the utilisation already refers to its vector units, and no factor is needed.
        TrainingPrecision.Fp32 when AcceleratorDatasheet.Find(chip) is { Dense16BitTeraflops: not null } => Factors["training/fp32-vector"],
        _ => null,
    };

    /// <summary>Whether a chip computes faster at 8 or 4 bits than at 16.</summary>
    static bool HasFasterUnits(TrainingPrecision precision, Accelerator chip) => precision switch
    {
        TrainingPrecision.Int8 =>
            AcceleratorDatasheet.Find(chip) is { Int8Teraops: { } int8 } datasheet && int8 > (datasheet.Dense16BitTeraflops ?? 0),
        // NVIDIA's Hopper, of 2022, was the first to have units for 8 bit floating point.
        TrainingPrecision.Fp8 or TrainingPrecision.Mxfp4 => chip.Year >= 2022,
        _ => true,
    };

    /// <summary>
    /// The peak rate in a number format, 10^12 operations/s: the published one at 32 bit, else the 16-bit peak. Validation refuses a task
    /// at 32 bit if no rate at 32 bit is published.
    /// </summary>
    /// <param name="precision">The number format.</param>
    /// <param name="chip">The accelerator.</param>
    /// <param name="peakAt16Bit">Peak of the accelerator at 16 bit, 10^12 operations/s.</param>
    internal static double GetPeakTeraflops(TrainingPrecision precision, Accelerator chip, double peakAt16Bit) =>
        precision == TrainingPrecision.Fp32 ? AcceleratorDatasheet.Find(chip)?.Fp32Teraflops ?? peakAt16Bit : peakAt16Bit;

    static Derivation DeriveGivenHours(
        TrainingTask task, TrainingFeatures? features, Bounds? predictedUtilisation, List<Assumption> assumptions)
    {
        var (chips, hours) = (task.Chips!.Value, task.Hours!.Value);
        if (features is { } known && predictedUtilisation is { } predicted)
        {
            var impliedUtilisation = task.OperationsPerRun!.Value / (chips * hours * 3600 * known.PeakTeraflops * 1e12);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Chips and hours were given: they imply a utilisation of {impliedUtilisation * 100:0.#} % of the 16-bit peak; "
                + $"published trainings like it reach {predicted.Low * 100:0}–{predicted.High * 100:0} %."));
            if (impliedUtilisation > 1)
                assumptions.Add("More than the peak: operations, chips and hours cannot all be right.");
        }

        return new Derivation.Product("accelerator-hours of a run", "h",
            [new Derivation.Count("accelerators", "1", chips), new Derivation.Count("hours on the clock", "h", hours)]);
    }

    Derivation DeriveEstimatedHours(TrainingTask task, TrainingFeatures features, Bounds utilisation, List<Assumption> assumptions)
    {
        var operations = DeriveExaOperations(task, features, assumptions);
        var mostSimilar = DescribeMostSimilar(task, features, assumptions);
        var rate = DeriveTeraflops(task, features, utilisation, mostSimilar, assumptions);
        // EFLOP over TFLOP/s are millions of seconds.
        var seconds = new Derivation.Quotient("accelerator time of a run", "million s", operations, rate);
        return new Derivation.Product("accelerator-hours of a run", "h", [seconds], 1e6 / 3600);
    }

    /// <summary>Derives the operations of a run, 10^18.</summary>
    static Derivation DeriveExaOperations(TrainingTask task, TrainingFeatures features, List<Assumption> assumptions)
    {
        if (task.Operations is { } given)
        {
            if (task.Parameters is null)
                assumptions.Add(string.Create(CultureInfo.InvariantCulture, $"The size was not given: {features.ActiveParameters:0.##E+0} "
                    + $"parameters and {given / task.OperationsPerParameterAndToken / features.ActiveParameters:0.##E+0} tokens are assumed for these operations."));
            return new Derivation.Count("operations of a run", "EFLOP", given / 1e18);
        }

        var isLora = task.Tuning == TrainingTuning.Lora;
        assumptions.Add(isLora
            ? "LoRA: 4 operations per active parameter and token, and those of the adapters: the frozen weights need no gradients."
            : "Operations: 6 per active parameter and token; recomputed activations and attention over long contexts "
                + "are part of the utilisation.");
        Derivation operations = new Derivation.Product("operations of a run", "EFLOP",
            [
                isLora
                    ? new Derivation.FactorNode(LoraOperations)
                    : new Derivation.Count("operations per parameter and token", "FLOP", TrainingFeatures.OperationsPerParameterAndToken),
                new Derivation.Count("active parameters per token", "billion", features.ActiveParameters / 1e9),
                new Derivation.Count("tokens", "billion", task.Tokens!.Value / 1e9),
            ]);
        if (task.Model is not { } model)
            return operations;
        assumptions.Insert(0, ModelAssumption.Describe(model));
        if (model.Undisclosed is not { } range)
            return operations;
        var (low, high) = (range.Smallest.ActiveParameters / model.ActiveParameters, range.Largest.ActiveParameters / model.ActiveParameters);
        return new Derivation.Product("operations of a run, size undisclosed", "EFLOP",
            [
                operations,
                new Derivation.FactorNode(new Factor("model/" + NameMatching.ToSlug(model.Name) + "/active", $"active parameters of {model.Name}, undisclosed", "1",
                    new Bounds(low!.Value, 1, high!.Value), Quality.Assumed, SourceList.Find(model.Source!), model.Origin)),
            ]);
    }

    /// <summary>Adds the assumptions about utilisation; returns the trainings that determine it as text.</summary>
    string DescribeMostSimilar(TrainingTask task, TrainingFeatures features, List<Assumption> assumptions)
    {
        if (_model.GetFixedTimeShare(features) is > LeastFixedTimeShare and var share)
            assumptions.Add(string.Create(CultureInfo.InvariantCulture, $"A small model: {share * 100:0} % of the time is taken not to depend on "
                + $"its size (launching kernels, reading data, waiting for the network), after the smallest published trainings. "
                + $"The smaller the model, the wider are the bounds; with large batches it may be far less."));
        var names = string.Join(", ", _model.FindMostSimilar(features, 3).Select(pair => DescribeUtilisation(pair.Case)));
        if (features.IsDistilled)
            assumptions.Add("Distilled: only one published training includes the outputs of a larger model, so the bounds are wide.");
        if (task.Sibling is { } sibling)
        {
            var found = _model.Cases.FirstOrDefault(one => one.Training == sibling);
            var like = found is null ? sibling.Name : DescribeUtilisation(found);
            assumptions.Add($"Utilisation from {like} and its siblings: publisher, software and kind of hardware are assumed to be "
                + "the same. The further size and hardware are from theirs, the wider are the bounds.");
            return like;
        }

        var publishers = _model.Cases.Select(one => one.Training.Organisation).Distinct(StringComparer.Ordinal).Count();
        assumptions.Add($"Utilisation from {_model.Cases.Count} published trainings of {publishers} publishers, with the spread between "
            + "publishers as bounds. For a training that repeats the setup of one of them, --like NAME narrows the bounds. "
            + $"Most similar: {names}.");
        if (features.SmallModelOnFastChip > 0)
            assumptions.Add("A small model on a fast chip: publishers differ most there, so the bounds are wider.");
        return names;
    }

    static string DescribeUtilisation(UtilisationCase one)
    {
        var bound = one.Training.HoursBound switch { HoursBound.Upper => "at least ", HoursBound.Lower => "at most ", _ => "" };
        return string.Create(CultureInfo.InvariantCulture, $"{one.Training.Name} ({bound}{one.Utilisation * 100:0} %)");
    }

    /// <summary>
    /// Derives the operations per second that one chip reaches, 10^12/s: peak × utilisation × speed-up of the number format.
    /// </summary>
    static Derivation DeriveTeraflops(
        TrainingTask task, TrainingFeatures features, Bounds utilisation, string mostSimilar, List<Assumption> assumptions)
    {
        var chip = task.Hardware;
        var slug = NameMatching.ToSlug(chip.Name);
        var datasheet = AcceleratorDatasheet.Find(chip)!;
        var isFp32 = task.Precision == TrainingPrecision.Fp32;
        if (datasheet.Dense16BitTeraflops is null && !isFp32)
            assumptions.Add($"{chip.Name} has no published peak of matrix units at 16 bit; its fastest vector rate is used.");
        if (chip.MemoryGigabytes is null)
            assumptions.Add(string.Create(CultureInfo.InvariantCulture, $"The memory of {chip.Name} is not published; "
                + $"{features.MemoryGigabytes:0} GB are assumed."));
        var peak = GetPeakTeraflops(task.Precision, chip, features.PeakTeraflops);
        var peakNote = datasheet.Spread > 1 ? "; not read again in it, or different between boards of this name: bounds wide" : "";
        var peakFactor = new Factor(
            $"gpu/{slug}/peak-tflops/{(isFp32 ? "fp32" : "16-bit")}", $"{chip.Name}, peak at {(isFp32 ? "32 bit" : "16 bit")}", "TFLOP/s",
            new Bounds(peak / datasheet.Spread, peak, peak * datasheet.Spread), Quality.Assumed, datasheet.Source,
            "a limit of the data sheet, not a measurement" + peakNote);
        // Utilisations of one model on several chips are separate unknowns, so comparisons treat their bounds as independent.
        var like = task.Sibling is { } sibling ? $"/like/{NameMatching.ToSlug(sibling.Name)}" : "";
        var utilisationId = string.Create(CultureInfo.InvariantCulture,
            $"training/utilisation/{slug}/{features.ActiveParameters:G6}/"
            + $"{features.MixtureDegree:G4}{(features.IsDistilled ? "/distilled" : "")}{like}");
        var utilisationFactor = new Factor(
            utilisationId, "utilisation, share of the peak", "1", utilisation, Quality.Modelled, SourceList.Find("TONNE-TRAINING-FIT"),
            "most similar: " + mostSimilar);
        List<Derivation> rate = [new Derivation.FactorNode(peakFactor), new Derivation.FactorNode(utilisationFactor)];
        var precisionName = task.Precision.ToString().ToUpperInvariant();
        if (FindSpeedFactor(task.Precision, chip) is { } speed)
        {
            rate.Add(new Derivation.FactorNode(speed));
            assumptions.Add($"{precisionName}: {speed.Label}, {speed.Note}.");
        }
        else if (!HasFasterUnits(task.Precision, chip))
        {
            assumptions.Add(
                $"{precisionName}: {chip.Name} has no faster units for it, so it is assumed to train as fast as at 16 bit.");
        }

        if (task.Tuning != TrainingTuning.None)
        {
            var tuning = Factors["training/tuning-utilisation"];
            rate.Add(new Derivation.FactorNode(tuning));
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Tuning reaches {tuning.Bounds.Best * 100:0} % ({tuning.Bounds.Low * 100:0}–{tuning.Bounds.High * 100:0} %) of the "
                + $"utilisation of a training from the start: few accelerators, short and padded texts. Tokens are those of all epochs; "
                + $"the training of the tuned model is not included."));
        }

        return new Derivation.Product("operations a second of one chip", "TFLOP/s", [.. rate]);
    }

    static IEnumerable<Assumption> DescribePower(TrainingTask task, Derivation power)
    {
        if (power is Derivation.FactorNode measured)
            yield return string.Create(
                CultureInfo.InvariantCulture, $"Power: {measured.Value:0} W a chip with its host, {measured.Factor.Note}.");
        else
            yield return string.Create(CultureInfo.InvariantCulture, $"Power: {task.Hardware.TrainingPower.Bounds.Best:0} W a chip in "
                + $"training ({(task.Hardware.TrainingPower.Quality == Quality.Assumed ? "assumed" : "from measurements")}), and "
                + $"other parts of the node {OtherPower.FractionOverGpus().Bounds.Best * 100:0} % above it, idle share included.");
    }
}
