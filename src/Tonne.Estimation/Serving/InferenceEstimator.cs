using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LifeCycles;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Foretells what serving a language model takes.</summary>
/// <remarks>
/// <code>
/// gpu       = output tokens × J per output token                      ServingModel
/// it        = (gpu + waiting) × (1 + k)                               k: rest of the machines over their accelerators
/// waiting   = idle power with a context × accelerators × idle time per request
/// facility  = it × PUE;  operational = facility × intensity           Accountant
/// embodied  = (accelerators + their part of a host) × time per request ÷ (L × U)
/// </code>
/// Time per request is energy ÷ (accelerators × their power while serving), or the day ÷ requests per day where a rate is given. See docs/methods/estimating-inference.md. Not thread safe.
/// </remarks>
/// <param name="fit">The fitted model. Default <see cref="ServingFit.Shipped"/>.</param>
public sealed class InferenceEstimator(ServingFit? fit = null)
{
    /// <summary>Batch where neither batch nor rate is given.</summary>
    public const double UnstatedBatch = 32;

    // Accelerators of a machine whose host they share.
    const int GpusOfHost = 8;

    // Part of the memory that weights and attention cache may take: what serving software reserves by default.
    internal const double UsableMemory = 0.9;

    readonly ServingFit _fit = fit ?? ServingFit.Shipped;
    readonly Uncertainty _foretold = new();

    /// <summary>Tokens of a prompt where none are given.</summary>
    public static Factor UnstatedPrompt => ServingFactors.Table["serving/prompt-unstated"];

    /// <summary>The accelerator's part of a point; null if its data sheet has no bandwidth or no peak.</summary>
    public static ServingPoint? PointOf(Accelerator accelerator, WeightFormat format)
    {
        if (AcceleratorPeaks.Of(accelerator) is not { BandwidthGigabytesPerSecond: { } bandwidth } peaks || format.PeakTeraflops(accelerator, peaks) is not { } peak)
            return null;
        return new ServingPoint
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
            Generation = ServingGenerations.Of(accelerator),
        };
    }

    /// <summary>Foretells a workload at a place.</summary>
    /// <param name="workload">What is served.</param>
    /// <param name="factors">The factors of the place.</param>
    /// <exception cref="ArgumentException">Something about the workload is wrong, or the accelerator's data sheet has too little.</exception>
    /// <exception cref="ModelDoesNotFitException">The weights do not fit the accelerators named.</exception>
    public InferenceEstimate Estimate(ServingWorkload workload, AccountingFactors factors)
    {
        if (workload.Problems().FirstOrDefault() is { } problem)
            throw new ArgumentException(problem, nameof(workload));
        var accelerator = workload.Accelerator;
        var said = new List<string>();
        var point = Point(workload, said);
        var (batched, replicas, busy, always) = Load(workload, point, said);
        point = batched;
        var terms = new ServingTree(_fit, accelerator, workload.Format, workload.PromptTokens is null);
        var roofline = terms.JoulesPerToken(point, Spreads(workload, point, said));
        var power = new Derivation.Given(accelerator.Inference ?? accelerator.Training);
        var gpus = new Derivation.Counted("accelerators", "1", point.Gpus * replicas);
        var output = new Derivation.Counted("output tokens", "token", point.OutputTokens);
        // Where the batch follows from the rate the accelerators serve all day: what a token takes is their power over the tokens, and a model that takes more is met by a larger batch, not by more energy.
        Derivation perToken = always && workload.RequestsPerDay is { } steady
            ? new Derivation.Quotient("energy of the accelerators per output token", "J/token", new Derivation.Product("accelerators serving all the time", "J", [gpus, power, new Derivation.Counted("a day ÷ requests per day", "s", 86_400 / steady)]), output)
            : roofline;
        var gpu = new Derivation.Product("accelerators serving a request", "J", [output, perToken]);
        Derivation time = workload.RequestsPerDay is { } day
            ? new Derivation.Counted("time per request, waiting included", "s", 86_400 / day)
            : new Derivation.Quotient("time per request", "s", gpu, new Derivation.Product("power while serving", "W", [gpus, power]));
        var waiting = workload.RequestsPerDay is { } rate && busy < 1 ? Waiting(accelerator, point, rate, gpus, gpu, power) : null;
        Derivation all = waiting is null ? gpu : new Derivation.Sum("accelerators, serving and waiting", "J", [gpu, waiting]);
        var rest = new Derivation.Given(OtherPower.FractionOverGpus());
        var machine = new Derivation.Sum("machines over their accelerators", "1", [new Derivation.Counted("accelerators", "1", 1), rest]);
        var it = new Derivation.Product("a request at the plug", "J", [all, machine]);
        var embodied = HeldAccelerators.Embodied(accelerator, new Derivation.Product("accelerators × time", "h", [gpus, time], 1 / 3600d), factors);
        var boundary = new Boundary("it", ["gpu", "host"], "machine");
        // Factors of one id differ between workloads, and an accountant keeps its draws by id: a new one for each.
        var phase = new Accountant().Account(
            new PhaseUse("inference", boundary, new Derivation.Product("energy of a request at the plug", "kWh", [it], 1 / Energy.JoulesPerKilowattHour), embodied), factors);
        Explain(workload, point, accelerator, replicas, busy, factors, said);
        var gpuBoundary = new Boundary("gpu", ["gpu"], "machine");
        var uncertainty = new Uncertainty();
        var token = Make("gpu_energy_j_per_output_token", gpuBoundary, perToken);
        return new InferenceEstimate
        {
            Accelerator = accelerator,
            Point = point,
            Format = workload.Format,
            Replicas = replicas,
            BusyShare = busy,
            GpuEnergyPerToken = token,
            Roofline = roofline,
            GpuEnergy = token with
            {
                Name = "gpu_energy_wh_per_request",
                Bounds = token.Bounds * (point.OutputTokens / RequestParts.JoulesPerWattHour),
                Derivation = new Derivation.Product("accelerators serving a request", "Wh", [gpu], 1 / RequestParts.JoulesPerWattHour),
            },
            WaitingEnergy = waiting is null ? null
                : Make("waiting_energy_wh_per_request", boundary,
                    new Derivation.Product("waiting, at the plug", "Wh", [waiting, machine], 1 / RequestParts.JoulesPerWattHour)),
            ItEnergy = RequestParts.Thousand("it_energy_wh_per_request", phase.Energy, "Wh"),
            FacilityEnergy = RequestParts.Thousand("facility_energy_wh_per_request", phase.FacilityEnergy, "Wh"),
            Operational = RequestParts.Thousand("operational_g_per_request", phase.Operational, "g CO2e"),
            Embodied = RequestParts.Thousand("embodied_g_per_request", phase.Embodied!, "g CO2e"),
            Emissions = RequestParts.Thousand("emissions_g_per_request", phase.Total, "g CO2e"),
            Factors = factors,
            Assumptions = [.. said],
        };

        Figure Make(string name, Boundary within, Derivation derivation) => new(name, within, uncertainty.Of(derivation), Quality.Modelled, 0, derivation);
    }

    /// <summary>J per output token of the accelerators with its bounds: what validation compares.</summary>
    /// <param name="row">The measurement whose circumstances are foretold.</param>
    /// <param name="softwareKnown">Whether the year of its software is told; else the newest on that hardware is taken, and the spread says so.</param>
    public Bounds Foretell(ServingCase row, bool softwareKnown = true)
    {
        var accelerator = AcceleratorCatalog.Find(row.Hardware).Required;
        var point = softwareKnown ? row.Point : row.Point with { OlderSoftware = row.Point.Generation == ServingGeneration.Ampere };
        List<Factor> spreads = [SpreadOf(row.Kind)];
        if (!softwareKnown && Software(point) is { } software)
            spreads.Add(software);
        return _foretold.Of(new ServingTree(_fit, accelerator, WeightFormat.Brain16, promptUnstated: true).JoulesPerToken(point, spreads));
    }

    /// <summary>The workload as numbers, with the accelerators that hold it and the batch where it is given.</summary>
    static ServingPoint Point(ServingWorkload workload, List<string> said)
    {
        var accelerator = workload.Accelerator;
        var hardware = PointOf(accelerator, workload.Format)
            ?? throw new ArgumentException($"{accelerator.Name} has no published memory bandwidth or peak rate in the catalog, so there is no roofline for it.", nameof(workload));
        var older = workload.SoftwareYear is { } year ? year == 2024 : hardware.Generation == ServingGeneration.Ampere;
        var point = hardware with
        {
            Parameters = workload.Parameters,
            ActiveParameters = workload.ActiveParameters ?? workload.Parameters,
            PromptTokens = workload.PromptTokens ?? UnstatedPrompt.Bounds.Best,
            OutputTokens = workload.OutputTokens,
            Layers = workload.Layers,
            CacheBytesPerToken = workload.CacheBytesPerToken,
            OlderSoftware = older,
            Batch = workload.Batch ?? UnstatedBatch,
        };
        if (accelerator.MemoryGigabytes is not { } memory)
        {
            said.Add($"The memory of {accelerator.Name} is not known: whether the model fits was not checked.");
            return point with { Gpus = workload.Gpus ?? 1 };
        }

        var held = memory * 1e9 * UsableMemory;
        var weights = point.Parameters * point.BytesPerParameter;
        if (workload.Gpus is { } given)
        {
            if (weights > held * given)
                throw new ModelDoesNotFitException(Text($"{Billions(point.Parameters)} parameters at {workload.Format.Name} take {weights / 1e9:0} GB; {given} × {accelerator.Name} hold {held * given / 1e9:0} GB ({UsableMemory:0 %} of {memory * given:0} GB). {Fewest(weights, held)} would hold them: --gpus {Fewest(weights, held)}."));
            if (point.MemoryBytes > held * given)
                said.Add(Text($"Weights and the attention cache of {point.Batch:0.#} requests take {point.MemoryBytes / 1e9:0} GB by the model's size, {given} accelerators hold {held * given / 1e9:0} GB: such a batch holds only if the cache is smaller than assumed (--kv-bytes-per-token)."));
            return point with { Gpus = given };
        }

        // Where the batch is not given it is what the fewest accelerators that hold one request leave room for.
        var gpus = Fewest(workload.Batch is null ? (point with { Batch = 1 }).MemoryBytes : point.MemoryBytes, held);
        if (gpus > GpusOfHost && point.Context * point.CacheBytes > 0 && Fewest((point with { Batch = 1 }).MemoryBytes, held) <= GpusOfHost)
        {
            // More requests at once than one machine holds are served by several machines side by side, not by one model split over all of them.
            var together = Math.Max(1, Math.Floor(((held * GpusOfHost) - weights) / (point.Context * point.CacheBytes)));
            var replicas = Math.Ceiling(point.Batch / together);
            said.Add(Text($"{Many(point.Batch)} requests at once do not fit one machine: {Many(replicas)} replicas of {GpusOfHost} × {accelerator.Name} serve {point.Batch / replicas:0.#} each (--gpus for one of another size)."));
            return point with { Gpus = GpusOfHost, Batch = point.Batch / replicas };
        }

        said.Add(Text($"{gpus} × {accelerator.Name}: the fewest that hold {weights / 1e9:0} GB of weights and the attention cache in {UsableMemory:0 %} of their memory."));
        return point with { Gpus = gpus };
    }

    /// <summary>1, 2, 4, 8, then whole machines of eight: as attention is split.</summary>
    static int Fewest(double bytes, double held)
    {
        var least = Math.Max(1, (int)Math.Min(1e6, Math.Ceiling(bytes / held)));
        return least <= GpusOfHost ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)least) : (least + GpusOfHost - 1) / GpusOfHost * GpusOfHost;
    }

    /// <summary>Batch, replicas, the share of time in which they serve, and whether the batch is the one at which a replica serves all the time.</summary>
    (ServingPoint Point, int Replicas, double Busy, bool Always) Load(ServingWorkload workload, ServingPoint point, List<string> said)
    {
        var most = MostTogether(workload, point);
        if (workload.RequestsPerDay is not { } day)
        {
            if (workload.Batch is not null)
                return (point, 1, 1, false);
            var taken = Math.Min(UnstatedBatch, most);
            said.Add(Text($"Neither a batch nor a rate is given: {taken:0.#} requests served together are taken, with a spread from 4 to 256 (--batch, --requests-per-day)."));
            return (point with { Batch = taken }, 1, 1, false);
        }

        var watts = (workload.Accelerator.Inference ?? workload.Accelerator.Training).Bounds.Best * point.Gpus;
        if (workload.Batch is null)
        {
            // The batch at which a replica serves all day exactly what comes in: fewer together cost more and would not keep up.
            var batch = BusyAt(1) >= 1 ? Solve(1, most) : 1;
            point = point with { Batch = batch };
            said.Add(batch > 1
                ? Text($"{batch:0.#} requests served together: what {Many(day)} requests a day come to at the power of the accelerators while serving.")
                : Text($"One request at a time: {Many(day)} a day are fewer than a replica serves so."));
        }

        var load = BusyAt(point.Batch);
        var replicas = Math.Max(1, (int)Math.Ceiling(Math.Min(1e9, load - 1e-6)));
        return (point, replicas, Math.Min(1, load / replicas), workload.Batch is null && point.Batch > 1 && Math.Abs(load - 1) < 1e-6);

        double BusyAt(double batch) => day * point.OutputTokens * _fit.Model.JoulesPerToken(point with { Batch = batch }) / (watts * 86_400);

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

    /// <summary>Requests whose attention cache fits beside the weights, at least 1, at most 512.</summary>
    static double MostTogether(ServingWorkload workload, ServingPoint point)
    {
        const double most = 512;
        if (workload.Accelerator.MemoryGigabytes is not { } memory)
            return most;
        var free = (memory * 1e9 * UsableMemory * point.Gpus) - (point.Parameters * point.BytesPerParameter);
        var cache = point.Context * point.CacheBytes;
        return cache > 0 ? Math.Clamp(Math.Floor(free / cache), 1, most) : most;
    }

    /// <summary>The unknowns beside the coefficients: the model, the hardware, the software, the batch.</summary>
    List<Factor> Spreads(ServingWorkload workload, ServingPoint point, List<string> said)
    {
        List<Factor> spreads = [SpreadOf(ServingCase.KindOf(point, workload.Format.IsEightBit))];
        if (point.Generation == ServingGeneration.Unmeasured)
        {
            spreads.Add(ServingFactors.Table["serving/unmeasured-hardware"]);
            said.Add($"No serving was measured on the generation of {workload.Accelerator.Name}: its data sheet stands in, and the bounds are wider.");
        }

        if (workload.SoftwareYear is null && Software(point) is { } software)
        {
            spreads.Add(software);
            said.Add(Text($"Serving software of {(point.OlderSoftware ? 2024 : 2026)}, the newest measured{(point.Generation == ServingGeneration.Unmeasured ? "" : " on this generation")}; {(point.OlderSoftware ? "newer" : "older")} takes {(point.OlderSoftware ? 1 / _fit.Model.OlderSoftware : _fit.Model.OlderSoftware):0.00} times as much (--software)."));
        }

        if (workload is { Batch: null, RequestsPerDay: null })
        {
            var (model, here) = (_fit.Model, point);
            var best = model.JoulesPerToken(here);
            spreads.Add(new Factor("serving/batch-unstated", "batch not stated", "1",
                new Bounds(Math.Min(1, model.JoulesPerToken(here with { Batch = 256 }) / best), 1, Math.Max(1, model.JoulesPerToken(here with { Batch = 4 }) / best)), Quality.Assumed, SourceList.Find("TONNE-METHOD-1"),
                "from 256 requests served together to 4"));
        }

        return spreads;
    }

    Factor SpreadOf(ServingKind kind) => new(
        $"inference/model-spread/{Spelling.Slug(ServingFit.Words(kind))}", "a model that was not measured, over what its size leads to", "1", _fit.Spread(kind), Quality.Modelled, ServingTree.Measurements,
        $"{ServingFit.Words(kind)}, each left out of the fit in turn");

    /// <summary>What the other year's software would change; null where only one can be meant.</summary>
    Factor? Software(ServingPoint point)
    {
        if (point.Generation == ServingGeneration.Blackwell)
            return null;
        var ratio = _fit.Model.OlderSoftware;
        var bounds = point.OlderSoftware ? new Bounds(Math.Min(1, 1 / ratio), 1, 1) : new Bounds(1, 1, Math.Max(1, ratio));
        return new Factor($"inference/software-unstated/{(point.OlderSoftware ? 2024 : 2026)}", "serving software of another year", "1", bounds, Quality.Modelled, ServingTree.Measurements, "one-sided: the newest software measured on the generation is taken");
    }

    /// <summary>Accelerators that hold the model and wait, J per request.</summary>
    static Derivation Waiting(Accelerator accelerator, ServingPoint point, double day, Derivation gpus, Derivation gpu, Derivation.Given power)
    {
        var replicaSeconds = 86_400 / day;
        var all = gpus.Value;
        var busySeconds = gpu.Value / (all * power.Value);
        // The time left depends on how long serving takes, so its bounds follow those of the energy; it cannot be negative.
        var serving = new Uncertainty().Of(gpu);
        var seconds = new Bounds(
            Math.Max(0, replicaSeconds - (serving.High / (all * power.Value))), Math.Max(0, replicaSeconds - busySeconds), Math.Max(0, replicaSeconds - (serving.Low / (all * power.Value))));
        return new Derivation.Product("accelerators waiting for requests", "J",
            [
                new Derivation.Given(accelerator.IdleWithContext),
                gpus,
                new Derivation.Given(new Factor("serving/waiting-time", "time in which a request is waited for", "s", seconds, Quality.Modelled, SourceList.Find("TONNE-METHOD-1"), Text($"a day ÷ {Many(day)} requests, less the time in which it is served"))),
            ]);
    }

    static void Explain(ServingWorkload workload, ServingPoint point, Accelerator accelerator, int replicas, double busy, AccountingFactors factors, List<string> said)
    {
        if (workload.PromptTokens is null)
            said.Add(Text($"Prompts of {point.PromptTokens:0} tokens ({UnstatedPrompt.Bounds.Low:0}–{UnstatedPrompt.Bounds.High:0}): none given (--prompt-tokens)."));
        if (workload.RequestsPerDay is { } day)
            said.Add(Text($"{Many(day)} requests a day, even over the day: {replicas} {(replicas == 1 ? "replica serves" : "replicas serve")} {busy * 100:0.#} % of the time{(busy < 0.9995 ? $" and, model loaded, {(replicas == 1 ? "waits" : "wait")} for the rest" : "; what is kept ready for peaks is not counted")}."));
        else
            said.Add("No rate of requests is given: machines that wait for requests are left out, not zero (--requests-per-day).");
        if (workload.Layers is null || workload.CacheBytesPerToken is null)
            said.Add(Text($"{(workload.Layers is null ? $"{point.Depth.ToString("0", CultureInfo.InvariantCulture)} layers" : "Layers as given")} and {point.CacheBytes / 1024:0} KiB of attention cache per token{(workload.CacheBytesPerToken is null ? ", from the number of parameters" : " as given")} (--layers, --kv-bytes-per-token)."));
        said.AddRange(Outside(workload, point));
        said.Add(Text($"Making the machines: spread over {factors.Lifetime.Bounds.Best:0.#} years; a host is shared by {HeldAccelerators.OfHost(accelerator).Bounds.Best:0} {accelerator.Name}."));
        said.Add("PUE: " + factors.PueHow + ".");
        said.AddRange(factors.Doubts.Select(doubt => doubt.Text));
    }

    /// <summary>Where the workload lies outside what was measured: its bounds do not hold that.</summary>
    static IEnumerable<string> Outside(ServingWorkload workload, ServingPoint point)
    {
        var (sizes, batches) = (ServingFactors.Table["serving/measured-parameters"].Bounds, ServingFactors.Table["serving/measured-batch"].Bounds);
        if (point.Parameters < sizes.Low * 1e9 || point.Parameters > sizes.High * 1e9)
            yield return Text($"No model of this size was measured: those that were have {sizes.Low:0.#} to {sizes.High:0} billion parameters. The bounds do not hold what that makes unsure.");
        if (point.Batch < batches.Low || point.Batch > batches.High)
            yield return Text($"No batch like {point.Batch:#,0.#} was measured: those that were are {batches.Low:0.#} to {batches.High:#,0}. The bounds do not hold what that makes unsure.");
        // Scores and weighted values of a causal prompt: 2 · layers · width · prompt operations a token, beside 2 for each parameter it passes.
        var attention = point.Depth * ServingModel.WidthOf(point.ActiveParameters) * point.PromptTokens / point.ActiveParameters;
        if (attention > 0.25)
            yield return Text($"Attention among {Many(point.PromptTokens)} prompt tokens is counted as about {attention:0.#} times the arithmetic of the parameters, from a width that is taken from their number: prompts so long were not measured.");
        if (workload.Format.Name == "fp32" && AcceleratorPeaks.Of(workload.Accelerator) is { SingleTeraflops: null })
            yield return $"No rate of {workload.Accelerator.Name} at 32 bit is published: its arithmetic is counted as at 16 bit, which is too little.";
    }

    static string Many(double number) => number < 1e15 ? number.ToString("#,0.###", CultureInfo.InvariantCulture) : number.ToString("0.###e0", CultureInfo.InvariantCulture);

    static string Billions(double number) => number >= 1e9 ? Text($"{number / 1e9:0.##} billion") : Text($"{number / 1e6:0.##} million");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
