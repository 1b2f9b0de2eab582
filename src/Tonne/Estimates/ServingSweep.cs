using Tonne.Footprints;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimates;

/// <summary>Many ways of serving on one kind of hardware at one place, as plain numbers: for searches over thousands of models, batches and lengths.</summary>
/// <remarks>
/// The figures of <see cref="InferenceEstimator"/> for a given batch and prompt and without a rate, without a tree for each (a test holds them equal); bounds to first order. Some hundred nanoseconds each; safe from several threads.
/// </remarks>
public sealed class ServingSweep
{
    readonly ServingModel _model;
    readonly double[] _sigmas;
    readonly double _it;
    readonly double _facility;
    readonly double _operational;
    readonly double _total;
    readonly ServingPoint _hardware;
    readonly bool _eightBit;
    readonly double _memory;

    /// <summary>A sweep on an accelerator.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="format">How weights are stored.</param>
    /// <param name="factors">The factors of the place.</param>
    /// <param name="fit">The fitted model. Default <see cref="ServingFit.Shipped"/>.</param>
    /// <exception cref="ArgumentException">The accelerator's data sheet has too little.</exception>
    public ServingSweep(Accelerator accelerator, WeightFormat format, AccountingFactors factors, ServingFit? fit = null)
    {
        fit ??= ServingFit.Shipped;
        _hardware = InferenceEstimator.PointOf(accelerator, format) ?? throw new ArgumentException($"{accelerator.Name} has no published memory bandwidth or peak rate.", nameof(accelerator));
        _model = fit.Model;
        _eightBit = format.IsEightBit;
        var unmeasured = _hardware.Generation == ServingGeneration.Unmeasured ? ServingFactors.Table["serving/unmeasured-hardware"].Bounds.SigmaHigh : 0;
        _sigmas = [.. Enum.GetValues<ServingKind>().Select(kind => Math.Sqrt((fit.Spread(kind).SigmaHigh * fit.Spread(kind).SigmaHigh) + (unmeasured * unmeasured)))];
        _memory = accelerator.MemoryGigabytes * 1e9 * InferenceEstimator.UsableMemory ?? double.PositiveInfinity;
        // All else is the same for each joule of the accelerators, so it is accounted once, by the estimator itself.
        var one = new InferenceEstimator(fit).Estimate(new ServingWorkload { Parameters = 1e9, Accelerator = accelerator, Gpus = 1, Format = format, Batch = 1, PromptTokens = 1, OutputTokens = 1 }, factors);
        var joule = one.GpuEnergyPerToken.Value;
        (_it, _facility, _operational, _total) = (one.ItEnergy.Value / joule, one.FacilityEnergy.Value / joule, one.Operational.Value / joule, one.Emissions.Value / joule);
    }

    /// <summary>The accelerator's part of every point: set the model, the batch and the tokens with <c>with</c>.</summary>
    public ServingPoint Hardware => _hardware;

    /// <summary>One way of serving.</summary>
    /// <param name="point">Made from <see cref="Hardware"/>.</param>
    public SweptServing Estimate(in ServingPoint point)
    {
        var token = _model.JoulesPerToken(point);
        var joules = token * point.OutputTokens;
        var spread = Math.Exp(Bounds.Z * _sigmas[(int)ServingCase.KindOf(point, _eightBit)]);
        return new SweptServing(
            token, token / spread, token * spread, joules * _it, joules * _facility, joules * _operational, joules * _total,
            point.Parameters * point.BytesPerParameter <= _memory * point.Gpus);
    }
}
