using System.Collections.Concurrent;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Extensions.AI;

/// <summary>Estimates energy and emissions of one call to a language model from its name and its tokens.</summary>
/// <remarks>
/// The figures are those of <see cref="InferenceEstimator"/> and of <see cref="Accountant"/>, as <c>tonne estimate inference</c> prints
/// them; see docs/methods/estimating-inference.md. What is the same for all calls of a model is computed once, in up to half a second;
/// after that a call takes some microseconds, except that a new order of magnitude of tokens takes some milliseconds the first time. A
/// model that no catalog has gives no figure, with the reason; one whose size is not published has wide bounds. Thread safe.
/// </remarks>
public sealed class CallEstimator
{
    const string AssumedHardware = "h100";
    const string EstimatedTokensSentence =
        "Tokens were not reported: they are estimated from the length of the texts, with wider bounds.";

    // Names come from answers of services: so many different ones are kept.
    const int MostModels = 1_000;

    static readonly string[] _otherHardware = ["a100", "b200"];

    readonly InferenceEstimator _estimator = new();
    readonly ConcurrentDictionary<(string Name, bool IsForwardPass), Lazy<Prepared>> _models = [];
    readonly AccountingFactors _factors;
    readonly ServingWorkload _service;
    readonly Dictionary<string, string> _names;
    readonly string? _model;
    readonly LanguageModel? _sizes;

    /// <summary>Creates an estimator.</summary>
    /// <param name="options">The options. Default: null, the defaults of <see cref="TonneCallOptions"/>.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    /// <exception cref="UnknownNameException">A zone, region, model or accelerator that no catalog has; the message lists the
    /// nearest.</exception>
    public CallEstimator(TonneCallOptions? options = null)
    {
        options ??= new TonneCallOptions();
        if (options.Pue is { } pue && !(pue >= 1 && double.IsFinite(pue)))
            throw Refuse($"Pue is {pue}: it must be at least 1, as 1.2.");
        if (options.IntensityGramsPerKwh is { } grams && !(grams >= 0 && double.IsFinite(grams)))
            throw Refuse($"IntensityGramsPerKwh is {grams}: it must not be negative, as 56.");
        if (options.Batch is { } batch && !(batch is >= 1 and <= 1e6))
            throw Refuse($"Batch is {batch}: it must be 1 to a million.");
        _factors = FactorSelector.SelectFactors(new Place(options.Zone, options.Region, options.IntensityGramsPerKwh, options.Pue));
        _service = new ServingWorkload
        {
            Parameters = 1e9,
            OutputTokens = 1,
            Accelerator = AcceleratorCatalog.FindWithSlice(options.Hardware ?? AssumedHardware).ValueOrThrow,
            OtherAccelerators = options.Hardware is null
                ? [.. _otherHardware.Select(name => AcceleratorCatalog.Find(name).ValueOrThrow)] : [],
            Batch = options.Batch,
        };
        (_model, _sizes) = (options.Model, options.ModelSizes);
        _names = new Dictionary<string, string>(options.ModelNames, StringComparer.OrdinalIgnoreCase);
        foreach (var name in _names.Values.Append(_model).OfType<string>())
            _ = LanguageModelCatalog.Find(name).ValueOrThrow;

        static ArgumentException Refuse(FormattableString text) => new(FormattableString.Invariant(text), nameof(options));
    }

    /// <summary>Estimates a call.</summary>
    /// <param name="model">Name of the model, as asked for or answered; null if unknown.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="isForwardPass">Whether the call is one pass over the input, as for an embedding, instead of an answer token by token.
    /// Default: no.</param>
    /// <exception cref="ArgumentException">The numbers of tokens are not valid.</exception>
    public CallEstimate Estimate(string? model, CallTokens tokens, bool isForwardPass = false)
    {
        if (!tokens.IsValid)
            throw new ArgumentException("Numbers of tokens must not be negative, and a part must not exceed its whole.", nameof(tokens));
        return Estimate(model, TokenCounts.FromReported(tokens), isForwardPass);
    }

    /// <summary>Computes what is the same for all calls of a model, so that the first call does not wait for it.</summary>
    /// <param name="model">Name of the model; null if unknown.</param>
    /// <param name="isForwardPass">Whether its calls are one pass over the input. Default: no.</param>
    public void Prepare(string? model, bool isForwardPass = false) => _ = Find(model, isForwardPass);

    internal CallEstimate Estimate(string? model, TokenCounts tokens, bool isForwardPass)
    {
        var prepared = Find(model, isForwardPass);
        if (prepared.Requests is not { } requests)
            return prepared.Common with { Tokens = tokens.Best, HasEstimatedTokens = tokens.AreEstimated };
        var best = Compute(tokens.Best.Input, tokens.Best.CachedInput, tokens.Output.Best);
        // Tokens that are estimated widen the bounds by those of the call with the fewest and with the most of them.
        var (low, high) = tokens.AreEstimated
            ? (Compute(tokens.Input.Low, Math.Min(tokens.Best.CachedInput, tokens.Input.Low), tokens.Output.Low),
                Compute(tokens.Input.High, tokens.Best.CachedInput, tokens.Output.High))
            : (best, best);
        return prepared.Common with
        {
            Tokens = tokens.Best,
            HasEstimatedTokens = tokens.AreEstimated,
            EnergyKwh = Join(low.FacilityEnergyKwh, best.FacilityEnergyKwh, high.FacilityEnergyKwh),
            OperationalKg = Join(low.OperationalKg, best.OperationalKg, high.OperationalKg),
            EmissionsKg = Join(low.EmissionsKg, best.EmissionsKg, high.EmissionsKg),
            Assumptions = tokens.AreEstimated
                ? prepared.Common.Assumptions.Add(EstimatedTokensSentence)
                : prepared.Common.Assumptions,
        };

        RequestEstimate Compute(double input, double cached, double output) =>
            requests.Estimate(input, Math.Min(cached, input), isForwardPass ? 1 : Math.Max(1, output));

        static Bounds Join(Bounds fewest, Bounds best, Bounds most) =>
            new(Math.Min(fewest.Low, best.Low), best.Best, Math.Max(most.High, best.High));
    }

    /// <summary>Whether nothing has been computed for a model yet.</summary>
    internal bool NeedsPreparing(string? model, bool isForwardPass) =>
        Resolve(model) is { Length: > 0 } name && _models.Count < MostModels && !_models.ContainsKey((name, isForwardPass));

    string Resolve(string? model)
    {
        var name = _sizes?.Name ?? _model ?? model ?? "";
        return _names.TryGetValue(name, out var known) ? known : name;
    }

    Prepared Find(string? model, bool isForwardPass)
    {
        var name = Resolve(model);
        if (_models.TryGetValue((name, isForwardPass), out var found))
            return found.Value;
        var made = new Lazy<Prepared>(() => Prepare(name, isForwardPass, _sizes));
        return (_models.Count < MostModels ? _models.GetOrAdd((name, isForwardPass), made) : made).Value;
    }

    Prepared Prepare(string name, bool isForwardPass, LanguageModel? sizes)
    {
        if (sizes is null && name.Length == 0)
            return Prepared.Without("Neither the call nor the answer names its model; set TonneCallOptions.Model.");
        try
        {
            var found = sizes ?? LanguageModelCatalog.Find(name).ValueOrThrow;
            var requests = _estimator.PrepareRequests(_service.WithModel(found), _factors);
            // Points of the grid that most calls need.
            _ = requests.Estimate(300, 0, isForwardPass ? 1 : 300);
            var reference = requests.Reference;
            return new Prepared(requests, new CallEstimate
            {
                ModelName = found.Name,
                Method = $"estimated/{Accountant.MethodVersion}/fit-{ServingFit.Shipped.InputHash[..8]}",
                Boundary = reference.Emissions.Boundary.ToString(),
                IntensityGramsPerKwh = _factors.Grid.Intensity.Bounds.Best,
                Pue = _factors.Pue.Bounds.Best,
                Assumptions = [.. reference.Assumptions.Select(assumption => assumption.Text)],
            });
        }
        catch (Exception error) when (error is UnknownNameException or ArgumentException or ModelDoesNotFitException)
        {
            return Prepared.Without(
                $"The size of the model is not known: {error.Message.TrimEnd('.')}. "
                + "Name a model like it in TonneCallOptions.ModelNames, or give its sizes.");
        }
    }

    sealed record Prepared(RequestEstimator? Requests, CallEstimate Common)
    {
        public static Prepared Without(string reason) => new(null, new CallEstimate { Reason = reason });
    }
}
