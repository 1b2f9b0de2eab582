using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LifeCycles;
using Tonne.Estimation.LanguageModels;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Estimates the energy and emissions of serving a language model.</summary>
/// <remarks>
/// <code>
/// gpu       = output tokens × J per output token                      ServingEnergyModel
/// it        = (gpu + waiting) × (1 + k)                               k: energy of the other machine parts ÷ energy of the accelerators
/// waiting   = idle power with a GPU context open × accelerators × idle time per request
/// facility  = it × PUE;  operational = facility × intensity           Accountant
/// embodied  = (accelerators + their share of a host) × time per request ÷ (L × U)
/// </code>
/// Time per request is energy ÷ (accelerators × their power while serving), or the day ÷ requests per day where a rate is given. See
/// docs/methods/estimating-inference.md.
/// Thread safe. The first estimate with given hardware and place draws random samples of its factors. They are kept, so that each further
/// estimate takes one to two milliseconds.
/// </remarks>
/// <param name="fit">The fitted model. Default <see cref="ServingFit.Shipped"/>.</param>
public sealed class InferenceEstimator(ServingFit? fit = null)
{
    /// <summary>Number of requests served together that is assumed if neither a batch nor a request rate is given.</summary>
    public const double DefaultBatch = 32;

    // Number of accelerators in one machine.
    const int GpusPerHost = 8;

    const double SecondsPerDay = 86_400;

    // Share of an accelerator's memory that weights and attention cache may take: what serving software reserves by default.
    internal const double UsableMemoryFraction = 0.9;

    // Beyond, the bounds stay as wide as they are.
    internal const int MaxDoublingsOutside = 4;

    readonly ServingFit _fit = fit ?? ServingFit.Shipped;
    readonly UncertaintyPropagator _uncertainty = new();

    /// <summary>Number of tokens of a prompt that is assumed if it is not given.</summary>
    public static Factor DefaultPromptTokens => ServingFactors.Table["serving/prompt-unstated"];

    /// <summary>
    /// Creates a configuration with the accelerator's data and neutral values for the model and the requests. Null if the data sheet has
    /// no memory bandwidth or no peak rate.
    /// </summary>
    public static ServingConfiguration? CreateConfiguration(Accelerator accelerator, WeightFormat format)
    {
        if (AcceleratorDatasheet.Find(accelerator) is not { BandwidthGigabytesPerSecond: { } bandwidth } datasheet
            || format.FindPeakTeraflops(accelerator, datasheet) is not { } peak)
        {
            return null;
        }

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
            SixteenBitOperationsPerSecond = WeightFormat.Bf16.FindPeakTeraflops(accelerator, datasheet) * 1e12,
            Generation = AcceleratorGenerationLookup.GetGeneration(accelerator),
            UnfittedRatio = AcceleratorGenerationLookup.FindUnfittedFactor(accelerator)?.Bounds.Best,
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
        var assumptions = new List<Assumption>();
        if (accelerator.Slice is { } slice)
            assumptions.Add(SliceAssumption.Describe(slice, accelerator.MemoryGigabytes));
        var plan = PlanService(workload, ResolveConfiguration(workload, assumptions), assumptions);
        var configuration = plan.Configuration;
        Derivation roofline = new ServingDerivation(_fit, accelerator, workload.Format, workload.PromptTokens is null)
            .DeriveJoulesPerToken(configuration, CollectFactors(workload, configuration, assumptions));
        if (workload.Model is { } model)
        {
            assumptions.Insert(0, ModelAssumption.Describe(model));
            if (model.Undisclosed is not null)
                roofline = new Derivation.Product("of a model of undisclosed size", "J", [roofline, new Derivation.FactorNode(CreateSizeFactor(workload, model, factors))]);
        }

        var power = new Derivation.FactorNode(accelerator.InferencePower ?? accelerator.TrainingPower);
        var gpus = new Derivation.Count("accelerators", "1", configuration.Gpus * plan.Replicas);
        var output = new Derivation.Count("output tokens", "token", configuration.OutputTokens);
        var perToken = plan.BatchFollowsFromRate && workload.RequestsPerDay is { } steadyRate
            ? DeriveJoulesPerTokenFromRate(steadyRate, gpus, power, output)
            : roofline;
        var serving = new Derivation.Product("accelerators serving a request", "J", [output, perToken]);
        var tokenFigure = CreateFigure(
            "gpu_energy_j_per_output_token", new Boundary(BoundaryExtent.Gpu, ["gpu"], AllocationPolicy.Machine), perToken);
        var waiting = workload.RequestsPerDay is { } rate && plan.BusyShare < 1
            ? DeriveIdleEnergy(accelerator, rate, gpus, tokenFigure.Bounds * configuration.OutputTokens, power)
            : null;
        // Without a batch or a rate nobody knows how busy the service is: idle capacity is then a factor of its own.
        var idleCapacity = HasUnknownLoad(workload) ? ServingFactors.Table["serving/idle-capacity"] : null;
        Derivation gpuEnergy = waiting is not null ? new Derivation.Sum("accelerators, serving and waiting", "J", [serving, waiting])
            : idleCapacity is not null
                ? new Derivation.Product("accelerators, idle capacity included", "J", [serving, new Derivation.FactorNode(idleCapacity)])
            : serving;
        // Energy of the whole machine ÷ energy of its accelerators.
        var machineRatio = new Derivation.Sum("energy of the machines over that of their accelerators", "1",
            [new Derivation.Count("accelerators", "1", 1), new Derivation.FactorNode(OtherPower.FractionOverGpus())]);
        var itEnergy = new Derivation.Product("a request at the plug", "J", [gpuEnergy, machineRatio]);
        var time = DeriveTimePerRequest(workload, gpuEnergy, gpus, power);
        var embodied = AcceleratorEmbodiedAllocation.DeriveEmbodied(
            accelerator, new Derivation.Product("accelerators × time", "h", [gpus, time], 1 / 3600d), factors);
        var boundary = new Boundary(BoundaryExtent.It, ["gpu", "host"], AllocationPolicy.Machine);
        var energy = new Derivation.Product("energy of a request at the plug", "kWh", [itEnergy], 1 / Energy.JoulesPerKilowattHour);
        var phase = new Accountant(_uncertainty).Account(
            new PhaseUse("inference", boundary, energy, embodied, WithWater: false), factors);
        AddAssumptions(workload, plan, factors, assumptions);
        return new InferenceEstimate
        {
            Accelerator = accelerator,
            Configuration = configuration,
            Model = workload.Model,
            Format = workload.Format,
            Replicas = plan.Replicas,
            BusyShare = plan.BusyShare,
            SoftwareYear = workload.SoftwareYear ?? (configuration.UsesOlderSoftware ? 2024 : 2026),
            GpuEnergyPerToken = tokenFigure,
            Roofline = roofline,
            GpuEnergy = tokenFigure with
            {
                Name = "gpu_energy_wh_per_request",
                Bounds = tokenFigure.Bounds * (configuration.OutputTokens / RequestFigures.JoulesPerWattHour),
                Derivation = new Derivation.Product(
                    "accelerators serving a request", "Wh", [serving], 1 / RequestFigures.JoulesPerWattHour),
            },
            IdleEnergy = waiting is null
                ? null
                : CreateFigure("waiting_energy_wh_per_request", boundary, new Derivation.Product(
                    "waiting, at the plug", "Wh", [waiting, machineRatio], 1 / RequestFigures.JoulesPerWattHour)),
            ItEnergy = RequestFigures.MultiplyByThousand("it_energy_wh_per_request", phase.Energy, "Wh"),
            FacilityEnergy = RequestFigures.MultiplyByThousand("facility_energy_wh_per_request", phase.FacilityEnergy, "Wh"),
            Operational = RequestFigures.MultiplyByThousand("operational_g_per_request", phase.Operational, "g CO2e"),
            Embodied = RequestFigures.MultiplyByThousand("embodied_g_per_request", phase.Embodied!, "g CO2e"),
            Emissions = RequestFigures.MultiplyByThousand("emissions_g_per_request", phase.Total, "g CO2e"),
            Factors = factors,
            Assumptions = [.. assumptions],
        };
    }

    /// <summary>Prepares estimates of many requests to one service, which differ only in their tokens and take microseconds each.</summary>
    /// <param name="workload">The service: model, accelerators, batch if it is known. Its tokens are not used; it must not have a rate.</param>
    /// <param name="factors">The factors of the place.</param>
    /// <exception cref="ArgumentException">The workload is invalid or has a rate, or the accelerator's data sheet lacks a rate.</exception>
    /// <exception cref="ModelDoesNotFitException">The weights do not fit the accelerators named.</exception>
    public RequestEstimator PrepareRequests(ServingWorkload workload, AccountingFactors factors) => new(this, workload, factors);

    /// <summary>Energy of the accelerators that serve a request, J, without bounds: output tokens × J per output token.</summary>
    internal double ComputeRequestJoules(ServingWorkload workload)
    {
        var configuration = PlanService(workload, ResolveConfiguration(workload, []), []).Configuration;
        return configuration.OutputTokens * _fit.Model.ComputeJoulesPerToken(configuration);
    }

    /// <summary>Whether neither the batch nor the request rate is given.</summary>
    static bool HasUnknownLoad(ServingWorkload workload) => workload is { Batch: null, RequestsPerDay: null };

    Figure CreateFigure(string name, Boundary boundary, Derivation derivation) =>
        new(name, boundary, _uncertainty.ComputeBounds(derivation), Quality.Modelled, 0, derivation);

    /// <summary>Energy per output token of accelerators that serve all day: their power ÷ the token rate.</summary>
    /// <remarks>
    /// Used if the batch follows from the request rate. A model that needs more work then gets a larger batch, not more energy.
    /// </remarks>
    static Derivation DeriveJoulesPerTokenFromRate(double requestsPerDay, Derivation gpus, Derivation power, Derivation output)
    {
        var secondsPerRequest = new Derivation.Count("a day ÷ requests per day", "s", SecondsPerDay / requestsPerDay);
        var joules = new Derivation.Product("energy of accelerators that serve all the time", "J", [gpus, power, secondsPerRequest]);
        return new Derivation.Quotient("energy of the accelerators per output token", "J/token", joules, output);
    }

    static Derivation DeriveTimePerRequest(ServingWorkload workload, Derivation servingJoules, Derivation gpus, Derivation power) =>
        workload.RequestsPerDay is { } requestsPerDay
            ? new Derivation.Count("time per request, waiting included", "s", SecondsPerDay / requestsPerDay)
            : new Derivation.Quotient("time per request", "s",
                servingJoules, new Derivation.Product("power while serving", "W", [gpus, power]));

    /// <summary>Energy of the accelerators per output token with its bounds, J, for validation.</summary>
    /// <param name="row">The measurement whose configuration is used.</param>
    /// <param name="softwareKnown">Whether the year of the measured software is used. Otherwise the newest software measured on that
    /// hardware is assumed, with a wider spread.</param>
    /// <param name="architectureKnown">Whether the published layers, attention cache and experts of the model are used, and the assumed
    /// prompt as if it were given: the spread of models that were not measured includes what that assumption errs. Otherwise they are
    /// estimated from its number of parameters, with a wider spread, and the prompt is unknown, as for a user who knows only the
    /// size.</param>
    public Bounds Predict(ServingMeasurement row, bool softwareKnown = true, bool architectureKnown = true)
    {
        var accelerator = AcceleratorCatalog.Find(row.Hardware).ValueOrThrow;
        var configuration = architectureKnown ? row.Configuration : row.ConfigurationFromSize;
        if (!softwareKnown)
            configuration = configuration with { UsesOlderSoftware = configuration.Generation == AcceleratorGeneration.Ampere };
        List<Factor> factors = [CreateModelSpread(row.Kind, configuration)];
        if (AcceleratorGenerationLookup.FindUnfittedFactor(accelerator) is { } hardware)
            factors.Add(hardware);
        if (FindRangeSpread(configuration) is { } range)
            factors.Add(range);
        if (!softwareKnown && FindSoftwareSpread(configuration) is { } softwareSpread)
            factors.Add(softwareSpread);
        return _uncertainty.ComputeBounds(new ServingDerivation(_fit, accelerator, row.Format, promptUnstated: !architectureKnown)
            .DeriveJoulesPerToken(configuration, factors));
    }

    /// <summary>
    /// Energy of the accelerators per output token of a dense model at sixteen bits with its bounds, J, as if hardware outside the fit had
    /// never been measured, for validation.
    /// </summary>
    internal Bounds PredictFromDatasheet(ServingConfiguration configuration, Accelerator accelerator, int softwareYear)
    {
        List<Factor> factors = [CreateModelSpread(ServedModelKind.Dense, configuration)];
        if (FindSoftwareFactor(softwareYear) is { } software)
            factors.Add(software);
        if (AcceleratorGenerationLookup.FindUnfittedFactor(accelerator) is not null)
            factors.Add(ServingFactors.Table["serving/unmeasured-hardware"]);
        if (FindRangeSpread(configuration) is { } range)
            factors.Add(range);
        return _uncertainty.ComputeBounds(new ServingDerivation(_fit, accelerator, WeightFormat.Bf16, promptUnstated: false)
            .DeriveJoulesPerToken(configuration, factors));
    }

    /// <summary>
    /// Converts the workload to a configuration with the number of accelerators. The batch is the given one, or the default one, which
    /// <see cref="PlanService"/> replaces.
    /// </summary>
    /// <summary>Energy of a model of undisclosed size over that of the size taken, from the smallest to the largest that it may be.</summary>
    Factor CreateSizeFactor(ServingWorkload workload, LanguageModel model, AccountingFactors factors)
    {
        var (smallest, largest) = model.Undisclosed!.Value;
        var best = JoulesPerToken(model);
        var (low, high) = (JoulesPerToken(smallest) / best, JoulesPerToken(largest) / best);
        return new Factor("model/" + NameMatching.ToSlug(model.Name) + "/size", $"size of {model.Name}, undisclosed", "1", new Bounds(Math.Min(low, 1), 1, Math.Max(high, 1)),
            Quality.Assumed, SourceList.Find(model.Source!), model.Origin);

        double JoulesPerToken(LanguageModel size)
        {
            var sized = workload with { Model = null, Parameters = size.Parameters, ActiveParameters = size.ActiveParameters };
            // With a rate the batch, and so the power of machines that serve all day, follows from the size.
            return workload.RequestsPerDay is null
                ? ComputeRequestJoules(sized) / (sized.OutputTokens + (sized.ReasoningTokens ?? 0))
                : Estimate(sized, factors).GpuEnergyPerToken.Value;
        }
    }

    /// <summary>Energy on each accelerator that may serve instead over that on the one taken; null if there is no other.</summary>
    Factor? FindHardwareSpread(ServingWorkload workload, ServingConfiguration point, List<Assumption> assumptions)
    {
        if (workload.OtherAccelerators.Count == 0)
            return null;
        var joules = point.OutputTokens * _fit.Model.ComputeJoulesPerToken(point);
        var (low, high) = (1d, 1d);
        foreach (var other in workload.OtherAccelerators)
        {
            if (CreateConfiguration(other, workload.Format) is null)
                continue;
            var ratio = ComputeRequestJoules(workload with { Accelerator = other, Gpus = null, OtherAccelerators = [] }) / joules;
            (low, high) = (Math.Min(low, ratio), Math.Max(high, ratio));
        }

        assumptions.Add(string.Create(CultureInfo.InvariantCulture,
            $"The hardware is not known: {workload.Accelerator.Name} is assumed; on {string.Join(", ", workload.OtherAccelerators.Select(other => other.Name))} a "
            + $"request would take {low:0.00} to {high:0.00} times the energy."));
        return new Factor("serving/hardware-unstated", "hardware not stated", "1", new Bounds(low, 1, high), Quality.Assumed,
            SourceList.Find("TONNE-METHOD-1"), "from the accelerator that takes the least to the one that takes the most");
    }

    static ServingConfiguration ResolveConfiguration(ServingWorkload workload, List<Assumption> assumptions)
    {
        var accelerator = workload.Accelerator;
        var hardware = CreateConfiguration(accelerator, workload.Format)
            ?? throw new ArgumentException($"{accelerator.Name} has no published memory bandwidth or peak rate in the catalog, so "
                + "serving on it cannot be estimated.");
        var usesOlderSoftware = workload.SoftwareYear is { } year
            ? year <= 2024
            : hardware.Generation == AcceleratorGeneration.Ampere;
        var point = hardware with
        {
            Parameters = workload.Parameters,
            ActiveParameters = workload.ActiveParameters ?? workload.Parameters,
            PromptTokens = workload.PromptTokens ?? DefaultPromptTokens.Bounds.Best,
            CachedPromptTokens = workload.CachedPromptTokens ?? 0,
            OutputTokens = workload.OutputTokens + (workload.ReasoningTokens ?? 0),
            GivenLayers = workload.Layers,
            GivenCacheBytesPerToken = workload.KvCacheBytesPerToken,
            GivenExpertShare = workload.ExpertShare,
            UsesOlderSoftware = usesOlderSoftware,
            UnfittedRatio = FindSoftwareFactor(workload.SoftwareYear) is { } software
                ? (hardware.UnfittedRatio ?? 1) * software.Bounds.Best
                : hardware.UnfittedRatio,
            Batch = workload.Batch ?? DefaultBatch,
        };
        if (accelerator.MemoryGigabytes is not { } memoryGigabytes)
        {
            assumptions.Add($"The memory of {accelerator.Name} is unknown, so tonne did not check whether the model fits.");
            return point with { Gpus = workload.Gpus ?? 1 };
        }

        return workload.Gpus is { } gpus
            ? UseGivenGpus(workload, point, gpus, memoryGigabytes, assumptions)
            : ChooseGpus(workload, point, memoryGigabytes * 1e9 * UsableMemoryFraction, assumptions);
    }

    static ServingConfiguration UseGivenGpus(
        ServingWorkload workload, ServingConfiguration point, int gpus, double memoryGigabytes, List<Assumption> assumptions)
    {
        var usableBytesPerGpu = memoryGigabytes * 1e9 * UsableMemoryFraction;
        var usableBytes = usableBytesPerGpu * gpus;
        var weightBytes = point.Parameters * point.BytesPerParameter;
        if (weightBytes > usableBytes)
        {
            var gpusNeeded = FindSmallestGpuCount(weightBytes, usableBytesPerGpu);
            throw new ModelDoesNotFitException(string.Create(CultureInfo.InvariantCulture,
                $"{FormatLargeCount(point.Parameters)} parameters at {workload.Format.Name} take {weightBytes / 1e9:0} GB; "
                + $"{gpus} × {workload.Accelerator.Name} hold {usableBytes / 1e9:0} GB "
                + $"({UsableMemoryFraction:0 %} of {memoryGigabytes * gpus:0} GB). {gpusNeeded} would hold them: --gpus {gpusNeeded}."));
        }

        if (point.MemoryBytes > usableBytes)
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Weights and the attention cache of {point.Batch:0.#} requests take {point.MemoryBytes / 1e9:0} GB by the model's size, "
                + $"{gpus} accelerators hold {usableBytes / 1e9:0} GB: such a batch holds only if the cache is smaller than assumed "
                + $"(--kv-bytes-per-token)."));
        return point with { Gpus = gpus };
    }

    static ServingConfiguration ChooseGpus(
        ServingWorkload workload, ServingConfiguration point, double usableBytesPerGpu, List<Assumption> assumptions)
    {
        var name = workload.Accelerator.Name;
        var weightBytes = point.Parameters * point.BytesPerParameter;
        var cacheBytesPerRequest = point.ContextTokens * point.KvCacheBytesPerToken;
        var gpusForOneRequest = FindSmallestGpuCount((point with { Batch = 1 }).MemoryBytes, usableBytesPerGpu);
        var gpus = FindSmallestGpuCount(point.MemoryBytes, usableBytesPerGpu);
        // Where nothing about the load is known, the accelerators hold the cache of the batch that is assumed. With the fewest that hold the weights, the
        // batch would fall to one request just below the next number of accelerators. A batch that follows from a rate is limited by memory later.
        if (workload.Batch is null && workload.RequestsPerDay is not null)
            gpus = gpusForOneRequest;
        if (workload.Accelerator.Slice is { } slice && gpus > 1)
            return UseOneSlice(workload, slice, point, usableBytesPerGpu);
        if (workload.Batch is not null && gpus > GpusPerHost && cacheBytesPerRequest > 0 && gpusForOneRequest <= GpusPerHost)
        {
            // More requests than one machine can serve together are served by several machines, each with the whole model; the model is
            // not divided among the machines.
            var batchPerMachine = Math.Max(1, Math.Floor(((usableBytesPerGpu * GpusPerHost) - weightBytes) / cacheBytesPerRequest));
            var replicas = Math.Ceiling(point.Batch / batchPerMachine);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{FormatCount(point.Batch)} requests at once do not fit one machine: {FormatCount(replicas)} replicas of "
                + $"{GpusPerHost} × {name} serve {point.Batch / replicas:0.#} each (--gpus for one of another size)."));
            return point with { Gpus = GpusPerHost, Batch = point.Batch / replicas };
        }

        assumptions.Add(string.Create(CultureInfo.InvariantCulture,
            $"{gpus} × {name}: the fewest that hold {weightBytes / 1e9:0} GB of weights and the attention cache in "
            + $"{UsableMemoryFraction:0 %} of their memory."));
        return point with { Gpus = gpus };
    }

    /// <summary>One slice with the largest batch that it holds, because a model cannot be divided among slices.</summary>
    static ServingConfiguration UseOneSlice(
        ServingWorkload workload, AcceleratorSlice slice, ServingConfiguration point, double usableBytes)
    {
        var largestBatch = Math.Floor(
            (usableBytes - (point.Parameters * point.BytesPerParameter)) / (point.ContextTokens * point.KvCacheBytesPerToken));
        if (!(largestBatch >= 1) || (workload.Batch is { } given && given > largestBatch))
            throw new ModelDoesNotFitException(string.Create(CultureInfo.InvariantCulture,
                $"{FormatLargeCount(point.Parameters)} parameters at {workload.Format.Name} and the attention cache of "
                + $"{(workload.Batch is { } batch ? FormatCount(batch) : "1")} requests take "
                + $"{(point with { Batch = workload.Batch ?? 1 }).MemoryBytes / 1e9:0.#} GB; {workload.Accelerator.Name} holds {usableBytes / 1e9:0.#} GB, and a model "
                + $"cannot be divided among MIG slices. Name a larger slice or the whole board: --hardware \"{slice.Board.Name}\"."));
        return point with { Gpus = 1, Batch = Math.Min(point.Batch, largestBatch) };
    }

    /// <summary>
    /// The smallest number of accelerators whose memory holds so many bytes: 1, 2, 4, 8 or a multiple of 8, because attention heads are
    /// divided among accelerators in these numbers.
    /// </summary>
    static int FindSmallestGpuCount(double bytes, double usableBytesPerGpu)
    {
        var minimum = Math.Max(1, (int)Math.Min(1e6, Math.Ceiling(bytes / usableBytesPerGpu)));
        return minimum <= GpusPerHost
            ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)minimum)
            : (minimum + GpusPerHost - 1) / GpusPerHost * GpusPerHost;
    }

    /// <summary>How the service handles its requests.</summary>
    /// <param name="Configuration">The configuration, with the batch.</param>
    /// <param name="Replicas">Number of copies of the model, each on its own accelerators.</param>
    /// <param name="BusyShare">Share of the time in which the replicas serve, 0 to 1.</param>
    /// <param name="BatchFollowsFromRate">Whether the batch was chosen so that one replica that serves all the time handles exactly the
    /// given request rate.</param>
    readonly record struct ServicePlan(ServingConfiguration Configuration, int Replicas, double BusyShare, bool BatchFollowsFromRate);

    /// <summary>Determines the batch and the number of replicas from the request rate and the memory.</summary>
    ServicePlan PlanService(ServingWorkload workload, ServingConfiguration point, List<Assumption> assumptions)
    {
        var maxBatch = FindMaxBatch(workload, point);
        if (workload.RequestsPerDay is not { } requestsPerDay)
        {
            if (workload.Batch is not null)
                return new ServicePlan(point, 1, 1, BatchFollowsFromRate: false);
            var assumedBatch = Math.Min(DefaultBatch, maxBatch);
            var idle = ServingFactors.Table["serving/idle-capacity"].Bounds;
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Neither a batch nor a rate is given: {assumedBatch:0.#} requests served together are assumed, with a "
                + $"spread from 4 to 256, and idle capacity that adds {(idle.Best - 1) * 100:0} % "
                + $"({(idle.Low - 1) * 100:0}–{(idle.High - 1) * 100:0} %) to the energy of the serving accelerators (--batch, --requests-per-day)."));
            return new ServicePlan(point with { Batch = assumedBatch }, 1, 1, BatchFollowsFromRate: false);
        }

        var watts = (workload.Accelerator.InferencePower ?? workload.Accelerator.TrainingPower).Bounds.Best * point.Gpus;
        if (workload.Batch is null)
        {
            // The batch at which a replica that serves all day exactly handles the request rate. Smaller batches need more energy per
            // request and are too slow.
            var batch = ComputeReplicasNeeded(1) >= 1 ? FindBatchForOneReplica(1, maxBatch) : 1;
            point = point with { Batch = batch };
            assumptions.Add(batch > 1
                ? string.Create(CultureInfo.InvariantCulture, $"{batch:0.#} requests served together: what {FormatCount(requestsPerDay)} "
                    + $"requests a day come to at the power of the accelerators while serving.")
                : $"One request at a time: a replica can serve more than {FormatCount(requestsPerDay)} requests a day this way.");
        }

        var replicasNeeded = ComputeReplicasNeeded(point.Batch);
        var replicas = Math.Max(1, (int)Math.Ceiling(Math.Min(1e9, replicasNeeded - 1e-6)));
        var servesAllTheTime = Math.Abs(replicasNeeded - 1) < 1e-6;
        return new ServicePlan(
            point, replicas, Math.Min(1, replicasNeeded / replicas), workload.Batch is null && point.Batch > 1 && servesAllTheTime);

        // The number of replicas, as a fraction, that serve all day to handle the request rate with a batch.
        double ComputeReplicasNeeded(double batch) =>
            requestsPerDay * point.OutputTokens * _fit.Model.ComputeJoulesPerToken(point with { Batch = batch }) / (watts * SecondsPerDay);

        double FindBatchForOneReplica(double low, double high)
        {
            if (ComputeReplicasNeeded(high) >= 1)
                return high;
            // Bisection in the logarithm.
            for (var i = 0; i < 80; i++)
            {
                var middle = Math.Sqrt(low * high);
                (low, high) = ComputeReplicasNeeded(middle) > 1 ? (middle, high) : (low, middle);
            }

            return high;
        }
    }

    /// <summary>Number of requests whose attention cache fits into memory next to the weights, at least 1, at most 512.</summary>
    static double FindMaxBatch(ServingWorkload workload, ServingConfiguration point)
    {
        const double limit = 512;
        if (workload.Accelerator.MemoryGigabytes is not { } memoryGigabytes)
            return limit;
        var freeBytes = (memoryGigabytes * 1e9 * UsableMemoryFraction * point.Gpus) - (point.Parameters * point.BytesPerParameter);
        var cacheBytesPerRequest = point.ContextTokens * point.KvCacheBytesPerToken;
        return cacheBytesPerRequest > 0 ? Math.Clamp(Math.Floor(freeBytes / cacheBytesPerRequest), 1, limit) : limit;
    }

    /// <summary>
    /// Collects uncertain factors that the fitted coefficients do not include: a model that was not measured, hardware and software outside
    /// the fit (their best values are in <see cref="ServingConfiguration.UnfittedRatio"/>), and with the best value 1 a batch or a size
    /// outside the measured ones, unknown software, unknown batch.
    /// </summary>
    List<Factor> CollectFactors(ServingWorkload workload, ServingConfiguration point, List<Assumption> assumptions)
    {
        List<Factor> spreads = [CreateModelSpread(ServingMeasurement.GetKind(point, workload.Format.IsEightBit), point)];
        if (AcceleratorGenerationLookup.FindUnfittedFactor(workload.Accelerator) is { } hardware)
        {
            spreads.Add(hardware);
            var times = string.Create(CultureInfo.InvariantCulture,
                $"{hardware.Bounds.Best:0.##} times ({hardware.Bounds.Low:0.##}–{hardware.Bounds.High:0.##})");
            assumptions.Add(point.Generation == AcceleratorGeneration.Cdna3
                ? $"{workload.Accelerator.Name} takes {times} the energy that its data sheet leads to, by one study."
                : $"No serving was measured on the generation of {workload.Accelerator.Name}: its data sheet is used, {times}, with wider "
                    + "bounds.");
        }

        if (FindSoftwareFactor(workload.SoftwareYear) is { } software)
        {
            spreads.Add(software);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Serving software of {workload.SoftwareYear} was not measured: {software.Bounds.Best:0.##} times "
                + $"({software.Bounds.Low:0.##}–{software.Bounds.High:0.##}) the energy of that of "
                + $"{(workload.SoftwareYear < 2024 ? 2024 : 2026)}."));
        }

        if (workload.SoftwareYear < 2023)
        {
            var earlier = ServingFactors.Table["serving/software-before-2023"];
            spreads.Add(earlier);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Nothing is known about serving software before 2023: that of {workload.SoftwareYear} is taken to need as much energy as that "
                + $"of 2023, {earlier.Bounds.Low:0.##} to {earlier.Bounds.High:0.##} times."));
        }

        if (FindHardwareSpread(workload, point, assumptions) is { } otherHardware)
            spreads.Add(otherHardware);
        if (FindRangeSpread(point) is { } range)
            spreads.Add(range);
        if (workload.SoftwareYear is null && FindSoftwareSpread(point) is { } softwareSpread)
        {
            spreads.Add(softwareSpread);
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"Serving software of {(point.UsesOlderSoftware ? 2024 : 2026)}, the newest "
                + $"measured{(point.Generation == AcceleratorGeneration.Unmeasured ? "" : " on this generation")}; "
                + $"{(point.UsesOlderSoftware ? "newer" : "older")} needs "
                + $"{(point.UsesOlderSoftware ? 1 / _fit.Model.OlderSoftwareRatio : _fit.Model.OlderSoftwareRatio):0.00} times the "
                + $"energy (--software)."));
        }

        if (HasUnknownLoad(workload))
        {
            var best = _fit.Model.ComputeJoulesPerToken(point);
            var low = _fit.Model.ComputeJoulesPerToken(point with { Batch = 256 }) / best;
            var high = _fit.Model.ComputeJoulesPerToken(point with { Batch = 4 }) / best;
            spreads.Add(new Factor("serving/batch-unstated", "batch not stated", "1",
                new Bounds(Math.Min(1, low), 1, Math.Max(1, high)), Quality.Assumed, SourceList.Find("TONNE-METHOD-1"),
                "from 256 requests served together to 4"));
        }

        return spreads;
    }

    /// <summary>The spread of measured ÷ predicted energy for a model that was not measured.</summary>
    Factor CreateModelSpread(ServedModelKind kind, in ServingConfiguration point)
    {
        var given = point.IsArchitectureGiven;
        return new Factor(
            $"inference/model-spread{(given ? "" : "-from-size")}/{NameMatching.ToSlug(ServingFit.GetLabel(kind))}",
            $"a model that was not measured, over the estimate for its {(given ? "architecture" : "size")}", "1",
            _fit.GetSpread(kind, given), Quality.Modelled, ServingDerivation.Measurements,
            $"{ServingFit.GetLabel(kind)}, each left out of the fit in turn");
    }

    /// <summary>The factor of software of a year that the fit does not include; null for 2024, 2026 and an unknown year.</summary>
    static Factor? FindSoftwareFactor(int? year) => year switch
    {
        < 2024 => ServingFactors.Table["serving/software-before-2024"],
        2025 => ServingFactors.Table["serving/software-2025"],
        _ => null,
    };

    /// <summary>
    /// Number of doublings between a configuration and the measured batches and sizes, 0 if it is inside them, at most
    /// <see cref="MaxDoublingsOutside"/> for each of both.
    /// </summary>
    internal static int CountDoublingsOutside(in ServingConfiguration point) =>
        CountDoublings(point.Batch, ServingFactors.MeasuredBatch.Bounds)
        + CountDoublings(point.Parameters / 1e9, ServingFactors.MeasuredBillions.Bounds);

    static int CountDoublings(double value, Bounds range)
    {
        var outside = Math.Max(range.Low / value, value / range.High);
        return outside <= 1 ? 0 : (int)Math.Min(MaxDoublingsOutside, Math.Ceiling(Math.Log2(outside) - 1e-9));
    }

    /// <summary>The spread of a batch or a size outside the measured ones; null inside them.</summary>
    static Factor? FindRangeSpread(in ServingConfiguration point)
    {
        if (CountDoublingsOutside(point) is not (> 0 and var doublings))
            return null;
        var one = ServingFactors.Table["serving/batch-outside-measured"];
        return new Factor(
            string.Create(CultureInfo.InvariantCulture, $"{one.Id}/{doublings}"),
            string.Create(CultureInfo.InvariantCulture, $"{doublings} doublings outside the batches and sizes that were measured"), one.Unit,
            new Bounds(Math.Pow(one.Bounds.Low, doublings), 1, Math.Pow(one.Bounds.High, doublings)), one.Quality, one.Source, one.Note);
    }

    /// <summary>The spread if the software may be of the other year; null if only one year was measured on the hardware.</summary>
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
    /// <param name="requestsPerDay">Requests per day, all replicas together.</param>
    /// <param name="gpus">Number of accelerators of all replicas.</param>
    /// <param name="servingJoules">Energy with which the accelerators serve a request, J.</param>
    /// <param name="power">Power of an accelerator while serving, W.</param>
    static Derivation DeriveIdleEnergy(
        Accelerator accelerator, double requestsPerDay, Derivation gpus, Bounds servingJoules, Derivation.FactorNode power)
    {
        var secondsPerRequest = SecondsPerDay / requestsPerDay;
        var watts = gpus.Value * power.Value;
        // The longer a request is served, the shorter the wait for the next, so the bounds follow those of the energy in reverse.
        var waitingSeconds = new Bounds(
            ComputeWaitingSeconds(servingJoules.High), ComputeWaitingSeconds(servingJoules.Best), ComputeWaitingSeconds(servingJoules.Low));
        return new Derivation.Product("accelerators waiting for requests", "J",
            [
                new Derivation.FactorNode(accelerator.IdlePowerWithContext),
                gpus,
                new Derivation.FactorNode(new Factor(
                    "serving/waiting-time", "time waiting for a request", "s", waitingSeconds, Quality.Modelled,
                    SourceList.Find("TONNE-METHOD-1"), $"a day ÷ {FormatCount(requestsPerDay)} requests, less the serving time")),
            ]);

        double ComputeWaitingSeconds(double joules) => Math.Max(0, secondsPerRequest - (joules / watts));
    }

    static void AddAssumptions(ServingWorkload workload, ServicePlan plan, AccountingFactors factors, List<Assumption> assumptions)
    {
        var (accelerator, point, replicas, busy) = (workload.Accelerator, plan.Configuration, plan.Replicas, plan.BusyShare);
        if (workload.PromptTokens is null)
            assumptions.Add(string.Create(CultureInfo.InvariantCulture, $"Prompts of {point.PromptTokens:0} tokens "
                + $"({DefaultPromptTokens.Bounds.Low:0}–{DefaultPromptTokens.Bounds.High:0}): none given (--prompt-tokens)."));
        if (workload.RequestsPerDay is { } requestsPerDay)
        {
            var waiting = $" and {(replicas == 1 ? "waits" : "wait")} with the model loaded";
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{FormatCount(requestsPerDay)} requests a day, even over the day: {replicas} "
                + $"{(replicas == 1 ? "replica serves" : "replicas serve")} {busy * 100:0.#} % of the time"
                + $"{(busy < 0.9995 ? waiting : "; no reserve for peaks is included")}."));
        }
        else if (workload.Batch is not null)
        {
            assumptions.Add("No request rate is given: energy of waiting machines is not included; it is unknown, not zero "
                + "(--requests-per-day).");
        }

        if (workload.CachedPromptTokens is > 0 and var cached)
        {
            var share = ServingFactors.CachedPrompt.Bounds;
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{FormatCount(cached)} of {FormatCount(point.PromptTokens)} prompt tokens are read from a cache, for {share.Best * 100:0} "
                + $"% ({share.Low * 100:0}–{share.High * 100:0} %) of the energy of a computed one; storage of the cache is not included."));
        }

        if (workload.ReasoningTokens is > 0 and var reasoning)
        {
            assumptions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{FormatCount(reasoning)} reasoning tokens are part of the {FormatCount(point.OutputTokens)} output tokens."));
        }

        if (workload.ReasoningTokens is null)
        {
            var typical = ServingFactors.Table["serving/reasoning-tokens"].Bounds;
            assumptions.Add($"No reasoning tokens are included: models that reason wrote {FormatCount(typical.Low)} to "
                + $"{FormatCount(typical.High)} tokens for a science question (--reasoning-tokens).");
        }

        if (workload.HasUnusedExperts)
            assumptions.Add("The share of experts is not used: without fewer active parameters (--active-parameters) the model is dense.");
        if (!point.IsArchitectureGiven)
            assumptions.Add(DescribeArchitecture(workload, point));

        assumptions.AddRange(FindExtrapolations(workload, point));
        assumptions.Add(string.Create(CultureInfo.InvariantCulture,
            $"Embodied emissions: spread over {factors.Lifetime.Bounds.Best:0.#} years; a host is shared by "
            + $"{AcceleratorEmbodiedAllocation.GetAcceleratorsPerHost(accelerator).Bounds.Best:0} {(accelerator.Slice?.Board ?? accelerator).Name}."));
        assumptions.Add(new Assumption(AssumptionTopic.Place, $"PUE: {factors.PueHow}."));
        assumptions.AddRange(factors.Warnings.Select(warning => Assumption.FromText(warning.Text)));
    }

    static string DescribeArchitecture(ServingWorkload workload, in ServingConfiguration point)
    {
        var layers = workload.Layers is null
            ? point.LayerCount.ToString("0", CultureInfo.InvariantCulture) + " layers"
            : "Layers as given";
        var cacheOrigin = workload.KvCacheBytesPerToken is null ? ", from the number of parameters" : " as given";
        var isMixture = point.ActiveParameters < point.Parameters;
        var experts = !isMixture ? ""
            : workload.ExpertShare is null
                ? string.Create(CultureInfo.InvariantCulture, $"; a token chooses {point.ExpertShare * 100:0.#} % of the experts")
            : "; experts as given";
        return string.Create(CultureInfo.InvariantCulture,
            $"{layers} and {point.KvCacheBytesPerToken / 1024:0} KiB of attention cache per token{cacheOrigin}{experts} "
            + $"(--layers, --kv-bytes-per-token{(isMixture ? ", --experts 8/128" : "")}).");
    }

    /// <summary>Notes on where the workload is outside the measured range; the bounds are wider there.</summary>
    static IEnumerable<Assumption> FindExtrapolations(ServingWorkload workload, ServingConfiguration point)
    {
        var (sizes, batches) = (ServingFactors.MeasuredBillions.Bounds, ServingFactors.MeasuredBatch.Bounds);
        if (point.Parameters < sizes.Low * 1e9 || point.Parameters > sizes.High * 1e9)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"No model of this size was measured: the measured ones have {sizes.Low:0.#} to {sizes.High:0} billion "
                + $"parameters. The bounds are wider for this.");
        if (point.Batch < batches.Low || point.Batch > batches.High)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"No batch like {point.Batch:#,0.#} was measured: the measured ones are {batches.Low:0.#} to "
                + $"{batches.High:#,0}. The bounds are wider for this.");
        // Operations of attention ÷ operations of the parameters, for one prompt token: 2 · layers · width · prompt tokens (scores and
        // weighted values of a causal prompt) ÷ 2 per active parameter.
        var attentionRatio =
            point.LayerCount * ServingEnergyModel.EstimateWidth(point.ActiveParameters) * point.PromptTokens / point.ActiveParameters;
        if (attentionRatio > 0.25)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Attention among {FormatCount(point.PromptTokens)} prompt tokens adds about {attentionRatio:0.#} times the "
                + $"arithmetic of the parameters, from a model width derived from their number. Prompts of this length were not measured.");
        if (workload.Format.Name == "fp32" && AcceleratorDatasheet.Find(workload.Accelerator) is { Fp32Teraflops: null })
            yield return $"No rate of {workload.Accelerator.Name} at 32 bit is published: its arithmetic is counted as at 16 bit, "
                + "which is too low.";
    }

    static string FormatCount(double number) => number.ToString(number < 1e15 ? "#,0.###" : "0.###e0", CultureInfo.InvariantCulture);

    static string FormatLargeCount(double number) => number >= 1e9
        ? string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:0.##} billion")
        : string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.##} million");
}
