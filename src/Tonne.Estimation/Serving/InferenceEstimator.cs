using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LifeCycles;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Estimates the energy and emissions of serving a language model.</summary>
/// <remarks>
/// <code>
/// gpu       = output tokens × J per output token                      ServingModel
/// it        = (gpu + waiting) × (1 + k)                               k: energy of the other machine parts ÷ energy of the accelerators
/// waiting   = idle power with a GPU context open × accelerators × idle time per request
/// facility  = it × PUE;  operational = facility × intensity           Accountant
/// embodied  = (accelerators + their share of a host) × time per request ÷ (L × U)
/// </code>
/// Time per request is energy ÷ (accelerators × their power while serving), or the day ÷ requests per day where a rate is given. See
/// docs/methods/estimating-inference.md.
/// Thread safe. The first estimate on a kind of hardware at a place draws its factors; the draws are kept, so that a further one takes
/// one to two milliseconds.
/// </remarks>
/// <param name="fit">The fitted model. Default <see cref="ServingFit.Shipped"/>.</param>
public sealed class InferenceEstimator(ServingFit? fit = null)
{
    /// <summary>Batch where neither batch nor rate is given.</summary>
    public const double DefaultBatch = 32;

    // Number of accelerators in one machine.
    const int GpusPerHost = 8;

    // Part of the memory that weights and attention cache may take: what serving software reserves by default.
    internal const double UsableMemoryFraction = 0.9;

    readonly ServingFit _fit = fit ?? ServingFit.Shipped;
    readonly UncertaintyPropagator _uncertainty = new();

    /// <summary>Tokens of a prompt if not given.</summary>
    public static Factor DefaultPromptTokens => ServingFactors.Table["serving/prompt-unstated"];

    /// <summary>The accelerator's part of a point; null if its data sheet has no bandwidth or no peak.</summary>
    public static ServingConfiguration? CreateConfiguration(Accelerator accelerator, WeightFormat format)
    {
        if (AcceleratorDatasheet.Find(accelerator) is not { BandwidthGigabytesPerSecond: { } bandwidth } peaks || format.FindPeakTeraflops(accelerator, peaks) is not { } peak)
            return null;
        return new ServingConfiguration
        {
            Parameters = 0,
            ActiveParameters = 0,
            BytesPerParameter = format.BytesPerParameter,
            Gpus = 1,
            Batch = 1,
            PromptTokens = 0,
            OutputTokens = 1,
            TdpWatts = accelerator.Tdp.Bounds.Best,
            BytesPerSecond = bandwidth * 1e9,
            OperationsPerSecond = peak * 1e12,
            Generation = AcceleratorGenerationLookup.GetGeneration(accelerator),
        };
    }

    /// <summary>Estimates a workload at a place.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="factors">The factors of the place.</param>
    /// <exception cref="ArgumentException">The workload is invalid, or the accelerator's data sheet lacks a rate.</exception>
    /// <exception cref="ModelDoesNotFitException">The weights do not fit the accelerators named.</exception>
    public InferenceEstimate Estimate(ServingWorkload workload, AccountingFactors factors)
    {
        if (workload.Validate().FirstOrDefault() is { } problem)
            throw new ArgumentException(problem);
        var accelerator = workload.Accelerator;
        var said = new List<Assumption>();
        var point = ResolveConfiguration(workload, said);
        var (batched, replicas, busy, always) = Load(workload, point, said);
        point = batched;
        var terms = new ServingDerivation(_fit, accelerator, workload.Format, workload.PromptTokens is null);
        var roofline = terms.DeriveJoulesPerToken(point, Spreads(workload, point, said));
        var power = new Derivation.FactorNode(accelerator.InferencePower ?? accelerator.TrainingPower);
        var gpus = new Derivation.Count("accelerators", "1", point.Gpus * replicas);
        var output = new Derivation.Count("output tokens", "token", point.OutputTokens);
        // If the batch follows from the rate, the accelerators serve all day, so energy per token is their power over the token rate. A
        // model that needs more work gets a larger batch, not more energy.
        Derivation perToken = always && workload.RequestsPerDay is { } steady
            ? new Derivation.Quotient("energy of the accelerators per output token", "J/token",
                new Derivation.Product("energy of accelerators that serve all the time", "J", [gpus, power,
                new Derivation.Count("a day ÷ requests per day", "s", 86_400 / steady)]), output)
            : roofline;
        var gpu = new Derivation.Product("accelerators serving a request", "J", [output, perToken]);
        Derivation time = workload.RequestsPerDay is { } day
            ? new Derivation.Count("time per request, waiting included", "s", 86_400 / day)
            : new Derivation.Quotient("time per request", "s", gpu, new Derivation.Product("power while serving", "W", [gpus, power]));
        var gpuBoundary = new Boundary(BoundaryExtent.Gpu, ["gpu"], AllocationPolicy.Machine);
        var token = Make("gpu_energy_j_per_output_token", gpuBoundary, perToken);
        var waiting = workload.RequestsPerDay is { } rate && busy < 1
            ? DeriveIdleEnergy(accelerator, rate, gpus, token.Bounds * point.OutputTokens, power)
            : null;
        Derivation all = waiting is null ? gpu : new Derivation.Sum("accelerators, serving and waiting", "J", [gpu, waiting]);
        var rest = new Derivation.FactorNode(OtherPower.FractionOverGpus());
        var machine = new Derivation.Sum("energy of the machines over that of their accelerators", "1",
            [new Derivation.Count("accelerators", "1", 1), rest]);
        var it = new Derivation.Product("a request at the plug", "J", [all, machine]);
        var embodied = AcceleratorEmbodiedAllocation.DeriveEmbodied(accelerator, new Derivation.Product("accelerators × time", "h", [gpus, time], 1 / 3600d), factors);
        var boundary = new Boundary(BoundaryExtent.It, ["gpu", "host"], AllocationPolicy.Machine);
        var energy = new Derivation.Product("energy of a request at the plug", "kWh", [it], 1 / Energy.JoulesPerKilowattHour);
        var phase = new Accountant(_uncertainty).Account(new PhaseUse("inference", boundary, energy, embodied, WithWater: false), factors);
        Explain(workload, point, accelerator, replicas, busy, factors, said);
        return new InferenceEstimate
        {
            Accelerator = accelerator,
            Configuration = point,
            Format = workload.Format,
            Replicas = replicas,
            BusyShare = busy,
            GpuEnergyPerToken = token,
            Roofline = roofline,
            GpuEnergy = token with
            {
                Name = "gpu_energy_wh_per_request",
                Bounds = token.Bounds * (point.OutputTokens / RequestFigures.JoulesPerWattHour),
                Derivation = new Derivation.Product("accelerators serving a request", "Wh", [gpu], 1 / RequestFigures.JoulesPerWattHour),
            },
            IdleEnergy = waiting is null ? null
                : Make("waiting_energy_wh_per_request", boundary,
                    new Derivation.Product("waiting, at the plug", "Wh", [waiting, machine], 1 / RequestFigures.JoulesPerWattHour)),
            ItEnergy = RequestFigures.MultiplyByThousand("it_energy_wh_per_request", phase.Energy, "Wh"),
            FacilityEnergy = RequestFigures.MultiplyByThousand("facility_energy_wh_per_request", phase.FacilityEnergy, "Wh"),
            Operational = RequestFigures.MultiplyByThousand("operational_g_per_request", phase.Operational, "g CO2e"),
            Embodied = RequestFigures.MultiplyByThousand("embodied_g_per_request", phase.Embodied!, "g CO2e"),
            Emissions = RequestFigures.MultiplyByThousand("emissions_g_per_request", phase.Total, "g CO2e"),
            Factors = factors,
            Assumptions = [.. said],
        };

        Figure Make(string name, Boundary within, Derivation derivation) => new(name, within, _uncertainty.ComputeBounds(derivation), Quality.Modelled, 0, derivation);
    }

    /// <summary>Energy of the accelerators per output token with its bounds, J, for validation.</summary>
    /// <param name="row">The measurement whose configuration is used.</param>
    /// <param name="softwareKnown">Whether the year of its software is used. Otherwise the newest software on that hardware is assumed,
    /// with a wider spread.</param>
    public Bounds Predict(ServingMeasurement row, bool softwareKnown = true)
    {
        var accelerator = AcceleratorCatalog.Find(row.Hardware).ValueOrThrow;
        var point = softwareKnown ? row.Configuration : row.Configuration with { UsesOlderSoftware = row.Configuration.Generation == AcceleratorGeneration.Ampere };
        List<Factor> spreads = [SpreadOf(row.Kind)];
        if (!softwareKnown && FindSoftwareSpread(point) is { } software)
            spreads.Add(software);
        return _uncertainty.ComputeBounds(new ServingDerivation(_fit, accelerator, WeightFormat.Bf16, promptUnstated: true).DeriveJoulesPerToken(point, spreads));
    }

    /// <summary>Converts the workload to a configuration, with the number of accelerators, and the batch if it is given.</summary>
    static ServingConfiguration ResolveConfiguration(ServingWorkload workload, List<Assumption> assumptions)
    {
        var accelerator = workload.Accelerator;
        var hardware = CreateConfiguration(accelerator, workload.Format)
            ?? throw new ArgumentException($"{accelerator.Name} has no published memory bandwidth or peak rate in the catalog, so "
                + "serving on it cannot be estimated.");
        var older = workload.SoftwareYear is { } year ? year == 2024 : hardware.Generation == AcceleratorGeneration.Ampere;
        var point = hardware with
        {
            Parameters = workload.Parameters,
            ActiveParameters = workload.ActiveParameters ?? workload.Parameters,
            PromptTokens = workload.PromptTokens ?? DefaultPromptTokens.Bounds.Best,
            OutputTokens = workload.OutputTokens,
            GivenLayers = workload.Layers,
            GivenCacheBytesPerToken = workload.KvCacheBytesPerToken,
            UsesOlderSoftware = older,
            Batch = workload.Batch ?? DefaultBatch,
        };
        if (accelerator.MemoryGigabytes is not { } memory)
        {
            assumptions.Add($"The memory of {accelerator.Name} is unknown, so tonne did not check whether the model fits.");
            return point with { Gpus = workload.Gpus ?? 1 };
        }

        var held = memory * 1e9 * UsableMemoryFraction;
        var weights = point.Parameters * point.BytesPerParameter;
        if (workload.Gpus is { } given)
        {
            if (weights > held * given)
                throw new ModelDoesNotFitException(Text($"{Billions(point.Parameters)} parameters at {workload.Format.Name} take {weights / 1e9:0} GB; {given} × {accelerator.Name} hold {held * given / 1e9:0} GB ({UsableMemoryFraction:0 %} of {memory * given:0} GB). {FindSmallestGpuCount(weights, held)} would hold them: --gpus {FindSmallestGpuCount(weights, held)}."));
            if (point.MemoryBytes > held * given)
                assumptions.Add(Text($"Weights and the attention cache of {point.Batch:0.#} requests take {point.MemoryBytes / 1e9:0} GB by the model's size, {given} accelerators hold {held * given / 1e9:0} GB: such a batch holds only if the cache is smaller than assumed (--kv-bytes-per-token)."));
            return point with { Gpus = given };
        }

        // If the batch is not given, it is limited by the memory of the fewest accelerators that can serve one request.
        var gpus = FindSmallestGpuCount(workload.Batch is null ? (point with { Batch = 1 }).MemoryBytes : point.MemoryBytes, held);
        if (gpus > GpusPerHost && point.ContextTokens * point.KvCacheBytesPerToken > 0 && FindSmallestGpuCount((point with { Batch = 1 }).MemoryBytes, held) <= GpusPerHost)
        {
            // More requests at once than one machine holds are served by several machines side by side, not by one model split over all of
            // them.
            var together = Math.Max(1, Math.Floor(((held * GpusPerHost) - weights) / (point.ContextTokens * point.KvCacheBytesPerToken)));
            var replicas = Math.Ceiling(point.Batch / together);
            assumptions.Add(Text($"{FormatCount(point.Batch)} requests at once do not fit one machine: {FormatCount(replicas)} replicas of {GpusPerHost} × {accelerator.Name} serve {point.Batch / replicas:0.#} each (--gpus for one of another size)."));
            return point with { Gpus = GpusPerHost, Batch = point.Batch / replicas };
        }

        assumptions.Add(Text($"{gpus} × {accelerator.Name}: the fewest that hold {weights / 1e9:0} GB of weights and the attention cache in {UsableMemoryFraction:0 %} of their memory."));
        return point with { Gpus = gpus };
    }

    /// <summary>Rounds up to 1, 2, 4, 8 or a multiple of 8, because attention heads are divided among accelerators in these
    /// numbers.</summary>
    static int FindSmallestGpuCount(double bytes, double held)
    {
        var least = Math.Max(1, (int)Math.Min(1e6, Math.Ceiling(bytes / held)));
        return least <= GpusPerHost ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)least) : (least + GpusPerHost - 1) / GpusPerHost * GpusPerHost;
    }

    /// <summary>
    /// Determines batch, replicas, the share of time in which they serve, and whether a replica serves all the time at that batch.
    /// </summary>
    (ServingConfiguration Point, int Replicas, double Busy, bool Always) Load(ServingWorkload workload, ServingConfiguration point, List<Assumption> assumptions)
    {
        var most = FindMaxBatch(workload, point);
        if (workload.RequestsPerDay is not { } day)
        {
            if (workload.Batch is not null)
                return (point, 1, 1, false);
            var taken = Math.Min(DefaultBatch, most);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Neither a batch nor a rate is given: {taken:0.#} requests served together are assumed, with a "
                + $"spread from 4 to 256 (--batch, --requests-per-day)."));
            return (point with { Batch = taken }, 1, 1, false);
        }

        var watts = (workload.Accelerator.InferencePower ?? workload.Accelerator.TrainingPower).Bounds.Best * point.Gpus;
        if (workload.Batch is null)
        {
            // The batch at which a replica that serves all day exactly handles the request rate. Smaller batches need more energy and are
            // too slow.
            var batch = BusyAt(1) >= 1 ? Solve(1, most) : 1;
            point = point with { Batch = batch };
            assumptions.Add(batch > 1
                ? Text($"{batch:0.#} requests served together: what {FormatCount(day)} requests a day come to at the power of the accelerators while serving.")
                : Text($"One request at a time: a replica can serve more than {FormatCount(day)} requests a day this way."));
        }

        var load = BusyAt(point.Batch);
        var replicas = Math.Max(1, (int)Math.Ceiling(Math.Min(1e9, load - 1e-6)));
        return (point, replicas, Math.Min(1, load / replicas), workload.Batch is null && point.Batch > 1 && Math.Abs(load - 1) < 1e-6);

        double BusyAt(double batch) => day * point.OutputTokens * _fit.Model.ComputeJoulesPerToken(point with { Batch = batch }) / (watts * 86_400);

        double Solve(double low, double high)
        {
            if (BusyAt(high) >= 1)
                return high;
            for (var i = 0; i < 80; i++)
            {
                var middle = Math.Sqrt(low * high);
                (low, high) = BusyAt(middle) > 1 ? (middle, high) : (low, middle);
            }

            return high;
        }
    }

    /// <summary>Number of requests whose attention cache fits into memory next to the weights, at least 1, at most 512.</summary>
    static double FindMaxBatch(ServingWorkload workload, ServingConfiguration point)
    {
        const double most = 512;
        if (workload.Accelerator.MemoryGigabytes is not { } memory)
            return most;
        var free = (memory * 1e9 * UsableMemoryFraction * point.Gpus) - (point.Parameters * point.BytesPerParameter);
        var cache = point.ContextTokens * point.KvCacheBytesPerToken;
        return cache > 0 ? Math.Clamp(Math.Floor(free / cache), 1, most) : most;
    }

    /// <summary>Uncertainty in addition to that of the fitted coefficients: an unmeasured model, unmeasured hardware, unknown software,
    /// unknown batch.</summary>
    List<Factor> Spreads(ServingWorkload workload, ServingConfiguration point, List<Assumption> assumptions)
    {
        List<Factor> spreads = [SpreadOf(ServingMeasurement.GetKind(point, workload.Format.IsEightBit))];
        if (point.Generation == AcceleratorGeneration.Unmeasured)
        {
            spreads.Add(ServingFactors.Table["serving/unmeasured-hardware"]);
            assumptions.Add($"No serving was measured on the generation of {workload.Accelerator.Name}: its data sheet is used, with "
                + "wider bounds.");
        }

        if (workload.SoftwareYear is null && FindSoftwareSpread(point) is { } software)
        {
            spreads.Add(software);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Serving software of {(point.UsesOlderSoftware ? 2024 : 2026)}, the newest "
                + $"measured{(point.Generation == AcceleratorGeneration.Unmeasured ? "" : " on this generation")}; "
                + $"{(point.UsesOlderSoftware ? "newer" : "older")} needs "
                + $"{(point.UsesOlderSoftware ? 1 / _fit.Model.OlderSoftwareRatio : _fit.Model.OlderSoftwareRatio):0.00} times the "
                + $"energy (--software)."));
        }

        if (workload is { Batch: null, RequestsPerDay: null })
        {
            var (model, here) = (_fit.Model, point);
            var best = model.ComputeJoulesPerToken(here);
            spreads.Add(new Factor("serving/batch-unstated", "batch not stated", "1",
                new Bounds(Math.Min(1, model.ComputeJoulesPerToken(here with { Batch = 256 }) / best), 1, Math.Max(1, model.ComputeJoulesPerToken(here with { Batch = 4 }) / best)), Quality.Assumed, SourceList.Find("TONNE-METHOD-1"),
                "from 256 requests served together to 4"));
        }

        return spreads;
    }

    Factor SpreadOf(ServedModelKind kind) => new(
        $"inference/model-spread/{NameMatching.ToSlug(ServingFit.GetLabel(kind))}",
            "a model that was not measured, over the estimate for its size", "1", _fit.GetSpread(kind), Quality.Modelled,
            ServingDerivation.Measurements,
        $"{ServingFit.GetLabel(kind)}, each left out of the fit in turn");

    /// <summary>Factor for software of the other year; null if only one year is possible.</summary>
    Factor? FindSoftwareSpread(ServingConfiguration point)
    {
        if (point.Generation == AcceleratorGeneration.Blackwell)
            return null;
        var ratio = _fit.Model.OlderSoftwareRatio;
        var bounds = point.UsesOlderSoftware ? new Bounds(Math.Min(1, 1 / ratio), 1, 1) : new Bounds(1, 1, Math.Max(1, ratio));
        return new Factor($"inference/software-unstated/{(point.UsesOlderSoftware ? 2024 : 2026)}", "serving software of another year",
            "1", bounds, Quality.Modelled, ServingDerivation.Measurements,
            "one-sided: the newest software measured on the generation is assumed");
    }

    /// <summary>Energy of accelerators that hold the model and wait, J per request.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="day">Requests per day, all replicas together.</param>
    /// <param name="gpus">Accelerators.</param>
    /// <param name="serving">Energy of the accelerators that serve a request, J.</param>
    /// <param name="power">Power of an accelerator while serving.</param>
    static Derivation DeriveIdleEnergy(Accelerator accelerator, double day, Derivation gpus, Bounds serving, Derivation.FactorNode power)
    {
        var replicaSeconds = 86_400 / day;
        var watts = gpus.Value * power.Value;
        // The waiting time depends on the serving time, so its bounds follow those of the energy. It cannot be negative.
        var seconds = new Bounds(Idle(serving.High), Idle(serving.Best), Idle(serving.Low));
        return new Derivation.Product("accelerators waiting for requests", "J",
            [
                new Derivation.FactorNode(accelerator.IdlePowerWithContext),
                gpus,
                new Derivation.FactorNode(new Factor("serving/waiting-time", "time waiting for a request", "s", seconds, Quality.Modelled,
                    SourceList.Find("TONNE-METHOD-1"), Text($"a day ÷ {FormatCount(day)} requests, less the serving time"))),
            ]);

        double Idle(double joules) => Math.Max(0, replicaSeconds - (joules / watts));
    }

    static void Explain(ServingWorkload workload, ServingConfiguration point, Accelerator accelerator, int replicas, double busy, AccountingFactors factors, List<Assumption> assumptions)
    {
        if (workload.PromptTokens is null)
            assumptions.Add(Text($"Prompts of {point.PromptTokens:0} tokens ({DefaultPromptTokens.Bounds.Low:0}–{DefaultPromptTokens.Bounds.High:0}): none given (--prompt-tokens)."));
        if (workload.RequestsPerDay is { } day)
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{FormatCount(day)} requests a day, even over the day: {replicas} "
                + $"{(replicas == 1 ? "replica serves" : "replicas serve")} {busy * 100:0.#} % of the time"
                + $"{(busy < 0.9995 ? $" and {(replicas == 1 ? "waits" : "wait")} with the model loaded" : "; no reserve for peaks is included")}."));
        else
            assumptions.Add("No request rate is given: energy of waiting machines is not included; it is unknown, not zero "
                + "(--requests-per-day).");
        if (workload.Layers is null || workload.KvCacheBytesPerToken is null)
            assumptions.Add(Text($"{(workload.Layers is null ? $"{point.LayerCount.ToString("0", CultureInfo.InvariantCulture)} layers" : "Layers as given")} and {point.KvCacheBytesPerToken / 1024:0} KiB of attention cache per token{(workload.KvCacheBytesPerToken is null ? ", from the number of parameters" : " as given")} (--layers, --kv-bytes-per-token)."));
        assumptions.AddRange(FindExtrapolations(workload, point));
        assumptions.Add(string.Create(CultureInfo.InvariantCulture,
            $"Embodied emissions: spread over {factors.Lifetime.Bounds.Best:0.#} years; a host is shared by "
            + $"{AcceleratorEmbodiedAllocation.GetAcceleratorsPerHost(accelerator).Bounds.Best:0} {accelerator.Name}."));
        assumptions.Add(new Assumption(AssumptionTopic.Place, $"PUE: {factors.PueHow}."));
        assumptions.AddRange(factors.Warnings.Select(warning => Assumption.FromText(warning.Text)));
    }

    /// <summary>Notes if the workload is outside the measured range, because its bounds do not include that uncertainty.</summary>
    static IEnumerable<Assumption> FindExtrapolations(ServingWorkload workload, ServingConfiguration point)
    {
        var (sizes, batches) = (ServingFactors.Table["serving/measured-parameters"].Bounds, ServingFactors.Table["serving/measured-batch"].Bounds);
        if (point.Parameters < sizes.Low * 1e9 || point.Parameters > sizes.High * 1e9)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"No model of this size was measured: the measured ones have {sizes.Low:0.#} to {sizes.High:0} billion "
                + $"parameters. The bounds do not include this uncertainty.");
        if (point.Batch < batches.Low || point.Batch > batches.High)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"No batch like {point.Batch:#,0.#} was measured: the measured ones are {batches.Low:0.#} to "
                + $"{batches.High:#,0}. The bounds do not include this uncertainty.");
        // Scores and weighted values of a causal prompt: 2 · layers · width · prompt operations per token, in addition to 2 per active
        // parameter.
        var attention = point.LayerCount * ServingEnergyModel.EstimateWidth(point.ActiveParameters) * point.PromptTokens / point.ActiveParameters;
        if (attention > 0.25)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Attention among {FormatCount(point.PromptTokens)} prompt tokens adds about {attention:0.#} times the "
                + $"arithmetic of the parameters, from a model width derived from their number. Prompts of this length were not measured.");
        if (workload.Format.Name == "fp32" && AcceleratorDatasheet.Find(workload.Accelerator) is { Fp32Teraflops: null })
            yield return $"No rate of {workload.Accelerator.Name} at 32 bit is published: its arithmetic is counted as at 16 bit, "
                + "which is too low.";
    }

    static string FormatCount(double number) => number < 1e15 ? number.ToString("#,0.###", CultureInfo.InvariantCulture) : number.ToString("0.###e0", CultureInfo.InvariantCulture);

    static string Billions(double number) => number >= 1e9 ? Text($"{number / 1e9:0.##} billion") : Text($"{number / 1e6:0.##} million");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
