using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Ledgers.Calls;
using Tonne.Runs;

namespace Tonne.Services.Imports;

/// <summary>Estimates energy and emissions of replies from the name of the model and the tokens, on machines of a provider.</summary>
/// <remarks>
/// With the estimator of <c>tonne estimate inference</c> for a service of unknown hardware and load: an H100 with bounds that include A100
/// and B200, 32 requests together with bounds from 4 to 256, idle capacity. A token read from a cache takes 15 % (3 to 37 %) of a
/// computed one: arXiv 2605.05696. Tokens written to a cache are computed ones. Not thread safe.
/// </remarks>
/// <param name="place">Where the provider's data centre is; a default one is unknown: the world's mean with wide bounds.</param>
public sealed class ReplyEstimator(Place place)
{
    const string AssumedHardware = "h100";
    const double MostTokensOfRequest = 1e7;

    static readonly string[] _otherHardware = ["a100", "b200"];

    // A status line without a new reply needs neither.
    readonly Lazy<InferenceEstimator> _estimator = new(static () => new InferenceEstimator());
    readonly Lazy<AccountingFactors> _factors = new(() => FactorSelector.SelectFactors(place));
    readonly Dictionary<string, Prepared?> _models = new(StringComparer.Ordinal);

    /// <summary>Names that no catalog has, and whose family gave the range.</summary>
    public IReadOnlyCollection<string> FamilyNames => _familyNames;

    readonly SortedSet<string> _familyNames = new(StringComparer.Ordinal);

    /// <summary>Estimates a reply.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="requests">Requests over which the tokens are spread evenly, at least 1. Default: 1.</param>
    /// <returns>Null if nothing is known of the model.</returns>
    public ReplyFigures? Estimate(string model, CallTokens tokens, double requests = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(requests, 1);
        if (!_models.TryGetValue(model, out var prepared))
            _models[model] = prepared = Prepare(model);
        if (prepared is not { Requests: { } service, Common: var common })
            return null;
        requests = Math.Max(requests, Math.Max(tokens.Input, tokens.Output) / MostTokensOfRequest);
        var input = tokens.Input / requests;
        var one = service.Estimate(input, Math.Min(input, tokens.CachedInput / requests), Math.Max(1, tokens.Output / requests));
        return common with
        {
            EnergyKwh = one.FacilityEnergyKwh * requests,
            OperationalKg = one.OperationalKg * requests,
            EmissionsKg = one.EmissionsKg * requests,
        };
    }

    Prepared? Prepare(string model)
    {
        if (ModelFamilies.Find(model, out var isFamily) is not { } found)
            return null;
        if (isFamily)
            _familyNames.Add(model);
        try
        {
            var service = new ServingWorkload
            {
                Parameters = 1e9,
                OutputTokens = 1,
                Accelerator = AcceleratorCatalog.Find(AssumedHardware).ValueOrThrow,
                OtherAccelerators = [.. _otherHardware.Select(name => AcceleratorCatalog.Find(name).ValueOrThrow)],
            };
            var requests = _estimator.Value.PrepareRequests(service.WithModel(found), _factors.Value);
            return new Prepared(requests, new ReplyFigures(
                default, default, default, $"estimated/{Accountant.MethodVersion}/fit-{ServingFit.Shipped.InputHash[..8]}",
                requests.Reference.Emissions.Boundary.ToString(), _factors.Value.Grid.Intensity.Bounds.Best, _factors.Value.Pue.Bounds.Best));
        }
        catch (Exception error) when (error is UnknownNameException or ArgumentException or ModelDoesNotFitException)
        {
            return null;
        }
    }

    sealed record Prepared(RequestEstimator Requests, ReplyFigures Common);
}
