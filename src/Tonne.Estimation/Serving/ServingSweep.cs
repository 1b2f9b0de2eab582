using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>
/// Estimates very many serving configurations on one kind of hardware at one place, for searches over models, batches and lengths.
/// </summary>
/// <remarks>
/// If batch, prompt and software year are given and no rate is, every figure of a request is the energy of its accelerators times a
/// constant, one for each number of doublings outside the measured batches and sizes. <see cref="InferenceEstimator"/> computes the
/// constants once, with bounds (a test compares both; where the power limit itself is uncertain, they differ by less than a per cent).
/// Takes some hundred nanoseconds per configuration. Thread safe.
/// </remarks>
public sealed class ServingSweep
{
    readonly ServingEnergyModel _model;
    readonly Rates[] _dense;
    readonly Rates[] _experts;
    readonly Rates[] _denseFromSize;
    readonly Rates[] _expertsFromSize;
    readonly double _memory;

    /// <summary>Prepares a sweep.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="format">Number format of the weights.</param>
    /// <param name="factors">The factors of the place.</param>
    /// <param name="fit">The fitted model. Default <see cref="ServingFit.Shipped"/>.</param>
    /// <exception cref="ArgumentException">The accelerator's data sheet lacks a rate.</exception>
    public ServingSweep(Accelerator accelerator, WeightFormat format, AccountingFactors factors, ServingFit? fit = null)
    {
        fit ??= ServingFit.Shipped;
        HardwareConfiguration = InferenceEstimator.CreateConfiguration(accelerator, format)
            ?? throw new ArgumentException($"{accelerator.Name} has no published memory bandwidth or peak rate.", nameof(accelerator));
        _model = fit.Model;
        _memory = accelerator.MemoryGigabytes * 1e9 * InferenceEstimator.UsableMemoryFraction ?? double.PositiveInfinity;
        var inside = new ServingWorkload
        {
            Parameters = ServingFactors.MeasuredBillions.Bounds.Low * 1e9,
            Accelerator = accelerator,
            Gpus = 64,
            Format = format,
            Batch = ServingFactors.MeasuredBatch.Bounds.Best,
            PromptTokens = 1,
            OutputTokens = 1,
            SoftwareYear = 2026,
        };
        var given = inside with { Layers = 1, KvCacheBytesPerToken = 1, ExpertShare = 1 };
        var estimator = new InferenceEstimator(fit);
        (_denseFromSize, _expertsFromSize) = (ComputeRates(inside), ComputeRates(inside with { ActiveParameters = inside.Parameters / 2 }));
        (_dense, _experts) = (ComputeRates(given), ComputeRates(given with { ActiveParameters = inside.Parameters / 2 }));

        Rates[] ComputeRates(ServingWorkload workload) =>
        [
            .. Enumerable.Range(0, (2 * InferenceEstimator.MaxDoublingsOutside) + 1)
                .Select(doublings => Rates.Of(estimator.Estimate(MoveOutside(workload, doublings), factors))),
        ];
    }

    /// <summary>A workload that many doublings outside the measured range: first by its batch, then by its size too.</summary>
    static ServingWorkload MoveOutside(ServingWorkload inside, int doublings)
    {
        var byBatch = Math.Min(doublings, InferenceEstimator.MaxDoublingsOutside);
        var smaller = Math.Pow(2, doublings - byBatch);
        return inside with
        {
            Batch = byBatch == 0 ? inside.Batch : ServingFactors.MeasuredBatch.Bounds.High * Math.Pow(2, byBatch),
            Parameters = inside.Parameters / smaller,
            ActiveParameters = inside.ActiveParameters / smaller,
        };
    }

    /// <summary>
    /// A configuration with the hardware set. Set the model, the number of accelerators, the batch and the tokens using <c>with</c>.
    /// </summary>
    public ServingConfiguration HardwareConfiguration { get; }

    /// <summary>Estimates one configuration.</summary>
    /// <param name="point">Made from <see cref="HardwareConfiguration"/>.</param>
    public ServingSweepResult Estimate(in ServingConfiguration point)
    {
        var token = _model.ComputeJoulesPerToken(point);
        var joules = token * point.OutputTokens;
        var rates = (point.ActiveParameters < point.Parameters, point.IsArchitectureGiven) switch
        {
            (false, false) => _denseFromSize,
            (false, true) => _dense,
            (true, false) => _expertsFromSize,
            _ => _experts,
        };
        return Multiply(rates[InferenceEstimator.CountDoublingsOutside(point)], point, token, joules);
    }

    ServingSweepResult Multiply(Rates rates, in ServingConfiguration point, double token, double joules) => new(
        rates.Token * token,
        rates.It * joules,
        rates.Facility * joules,
        rates.Operational * joules,
        rates.Total * joules,
        point.Parameters * point.BytesPerParameter <= _memory * point.Gpus);

    /// <summary>Figures per joule of the accelerators.</summary>
    sealed record Rates(Bounds Token, Bounds It, Bounds Facility, Bounds Operational, Bounds Total)
    {
        public static Rates Of(InferenceEstimate one)
        {
            var scale = 1 / one.GpuEnergyPerToken.Value;
            return new Rates(one.GpuEnergyPerToken.Bounds * scale, one.ItEnergy.Bounds * scale, one.FacilityEnergy.Bounds * scale, one.Operational.Bounds * scale, one.Emissions.Bounds * scale);
        }
    }
}
