using System.Collections.Concurrent;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>
/// Estimates the requests to one service, which differ only in their tokens. Made by <see cref="InferenceEstimator.PrepareRequests"/>.
/// </summary>
/// <remarks>
/// The best values are those of <see cref="InferenceEstimator"/> exactly: without a rate, every figure of a request is the energy of its
/// accelerators times a constant of the service. The bounds ÷ the best value are computed by <see cref="InferenceEstimator"/> on a grid
/// (powers of two of the tokens of prompt and answer, quarters of the energy of a prompt that its cached tokens take) and interpolated
/// linearly in between, to some per cent. At a context of tens of thousands of tokens from which more accelerators are needed, the bounds
/// jump, and interpolated ones are off by up to a quarter.
/// A point of the grid is computed when it is first needed, in one to two milliseconds, and kept; a request between known points takes
/// microseconds. Thread safe.
/// </remarks>
public sealed class RequestEstimator
{
    // Quarters of the energy of a prompt.
    const int ShareSteps = 4;

    const double ReferencePrompt = 256;
    const double ReferenceOutput = 256;

    readonly InferenceEstimator _estimator;
    readonly ServingWorkload _workload;
    readonly AccountingFactors _factors;
    readonly ConcurrentDictionary<(int Prompt, int Output, int Share), Node> _nodes = [];
    readonly Rates _rates;

    internal RequestEstimator(InferenceEstimator estimator, ServingWorkload workload, AccountingFactors factors)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (workload.RequestsPerDay is not null)
            throw new ArgumentException(
                "a request of a service whose rate is given has no energy of its own: leave the requests per day out.", nameof(workload));
        (_estimator, _workload, _factors) = (estimator, workload, factors);
        Reference = estimator.Estimate(CreateWorkload(ReferencePrompt, 0, ReferenceOutput), factors);
        _rates = Rates.Of(Reference);
    }

    /// <summary>
    /// The estimate of a request with 256 tokens of prompt and answer each: its derivation, sources and assumptions hold for all.
    /// </summary>
    public InferenceEstimate Reference { get; }

    /// <summary>Estimates one request.</summary>
    /// <param name="promptTokens">Tokens of the prompt, 0 to 100 million, cached ones included.</param>
    /// <param name="cachedTokens">Tokens of the prompt that are read from a cache, at most those of the prompt.</param>
    /// <param name="outputTokens">Tokens of the answer, those of reasoning included, 1 to 100 million. A forward pass has 1.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public RequestEstimate Estimate(double promptTokens, double cachedTokens, double outputTokens)
    {
        var workload = CreateWorkload(promptTokens, cachedTokens, outputTokens);
        if (workload.Validate().FirstOrDefault() is { } problem)
            throw new ArgumentException(problem);
        var joules = _estimator.ComputeRequestJoules(workload);
        var spread = Interpolate(
            Math.Log2(Math.Max(1, promptTokens)), Math.Log2(outputTokens),
            promptTokens > 0 ? GetEnergyShare(cachedTokens / promptTokens) * ShareSteps : 0);
        return new RequestEstimate(
            Widen(joules * _rates.It, spread.It), Widen(joules * _rates.Facility, spread.Facility),
            Widen(joules * _rates.Operational, spread.Operational), Widen(joules * _rates.Emissions, spread.Emissions));
    }

    // The bounds depend on the share of the energy rather than on that of the tokens, of which a cached one takes little.
    static double GetEnergyShare(double tokenShare) => CachedEnergy * tokenShare / (1 - tokenShare + (CachedEnergy * tokenShare));

    static double GetTokenShare(double energyShare) => energyShare / (CachedEnergy + ((1 - CachedEnergy) * energyShare));

    static double CachedEnergy => ServingFactors.CachedPrompt.Bounds.Best;

    static Bounds Widen(double best, Spread spread) => new(Math.Min(best, best * spread.Low), best, Math.Max(best, best * spread.High));

    ServingWorkload CreateWorkload(double prompt, double cached, double output) => _workload with
    {
        PromptTokens = prompt, CachedPromptTokens = cached > 0 ? cached : null, OutputTokens = output, ReasoningTokens = 0,
    };

    Node Interpolate(double prompt, double output, double share)
    {
        var (p, o, s) = ((int)prompt, (int)output, (int)share);
        var sum = default(Node);
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++)
            {
                for (var k = 0; k < 2; k++)
                {
                    var weight = Weigh(prompt - p, i) * Weigh(output - o, j) * Weigh(share - s, k);
                    if (weight > 0)
                        sum = sum.Add(GetNode((p + i, o + j, s + k)), weight);
                }
            }
        }

        return sum;

        static double Weigh(double fraction, int side) => side == 0 ? 1 - fraction : fraction;
    }

    Node GetNode((int Prompt, int Output, int Share) key) => _nodes.GetOrAdd(key, static (key, self) =>
    {
        var prompt = Math.Min(Math.Pow(2, key.Prompt), 1e8);
        var cached = prompt * GetTokenShare((double)key.Share / ShareSteps);
        return Node.Of(self._estimator.Estimate(self.CreateWorkload(prompt, cached, Math.Min(Math.Pow(2, key.Output), 1e8)),
            self._factors));
    }, this);

    /// <summary>Best values for each joule of the accelerators: kWh, kg.</summary>
    readonly record struct Rates(double It, double Facility, double Operational, double Emissions)
    {
        public static Rates Of(InferenceEstimate one)
        {
            // Figures are in Wh and g.
            var scale = 1 / (1000 * one.GpuEnergyPerToken.Value * one.Configuration.OutputTokens);
            return new Rates(
                one.ItEnergy.Value * scale, one.FacilityEnergy.Value * scale, one.Operational.Value * scale, one.Emissions.Value * scale);
        }
    }

    /// <summary>Bounds ÷ best value.</summary>
    readonly record struct Spread(double Low, double High)
    {
        public static Spread Of(Figure figure) => new(figure.Bounds.Low / figure.Value, figure.Bounds.High / figure.Value);

        public Spread Add(Spread other, double weight) => new(Low + (other.Low * weight), High + (other.High * weight));
    }

    readonly record struct Node(Spread It, Spread Facility, Spread Operational, Spread Emissions)
    {
        public static Node Of(InferenceEstimate one) =>
            new(Spread.Of(one.ItEnergy), Spread.Of(one.FacilityEnergy), Spread.Of(one.Operational), Spread.Of(one.Emissions));

        public Node Add(Node other, double weight) => new(
            It.Add(other.It, weight), Facility.Add(other.Facility, weight), Operational.Add(other.Operational, weight),
            Emissions.Add(other.Emissions, weight));
    }
}
