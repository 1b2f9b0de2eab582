using Tonne.Grids;
using Tonne.Statistics;

namespace Tonne.Planning;

/// <summary>Draws of what intensities may be observed, given their forecast.</summary>
/// <remarks>
/// A forecast is the true course plus an error, so its extremes are partly error: the cleanest hours of a forecast turn out less clean.
/// With ln(true) = μ + x, x and the error independent, of spreads τ and σ and like correlation, ln(true) given a forecast y is normal
/// around μ + k(y − μ) with the error's correlation and spread √k σ, k = τ² ÷ (τ² + σ²). μ and τ² + σ² are the mean and variance of the
/// forecast over the window. Places of one zone have the same errors; zones are independent. Observed values are not varied.
/// </remarks>
sealed class ForecastDraws
{
    // A flat forecast is mostly true if it is flat: the true spread is at least this share of the forecast's.
    const double LeastTrueShare = 0.25;

    readonly double[][] _centers;
    readonly double[][] _spreads;
    readonly double[] _correlations;
    readonly string?[] _streams;
    readonly PlaceModel[] _models;
    readonly int _seed;

    internal ForecastDraws(PlanRequest request, PlaceModel[] models, ForecastError error)
    {
        (_models, _seed) = (models, request.Seed);
        _centers = new double[models.Length][];
        _spreads = new double[models.Length][];
        _correlations = new double[models.Length];
        _streams = new string?[models.Length];
        for (var i = 0; i < models.Length; i++)
        {
            var series = models[i].Place.Intensity;
            // Places of one forecast share their draws: so do their errors.
            _streams[i] = series.Signal == IntensitySignal.Observed ? null : $"{series.Zone.Code}/{models[i].Step}/{models[i].Origin}";
            _correlations[i] = Math.Pow(error.HourlyCorrelation, (double)models[i].Step / TimeSpan.TicksPerHour);
            Prepare(models[i], i, error, (series.Issued ?? request.Now).UtcTicks);
        }
    }

    /// <summary>The intensities of a draw, for each place; the same for the same number.</summary>
    internal double[][] Draw(int number)
    {
        var drawn = new double[_models.Length][];
        for (var i = 0; i < drawn.Length; i++)
        {
            if (_streams[i] is not { } stream)
            {
                drawn[i] = _models[i].Intensity;
                continue;
            }

            var random = new Random(HashCode(stream, number));
            var (centers, spreads, correlation) = (_centers[i], _spreads[i], _correlations[i]);
            var innovation = Math.Sqrt(1 - (correlation * correlation));
            var values = new double[centers.Length];
            var (state, spare) = StandardNormal.DrawPair(random);
            for (var at = 0; at < values.Length; at++)
            {
                values[at] = centers[at] == 0 ? 0 : centers[at] * Math.Exp(spreads[at] * state);
                double next;
                if ((at & 1) == 0)
                    next = spare;
                else
                    (next, spare) = StandardNormal.DrawPair(random);
                state = (correlation * state) + (innovation * next);
            }

            drawn[i] = values;
        }

        return drawn;
    }

    void Prepare(PlaceModel model, int index, ForecastError error, long issued)
    {
        var values = model.Intensity;
        var (count, sum, squares, noise) = (0, 0d, 0d, 0d);
        _spreads[index] = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            _spreads[index][i] = error.GetSigma(TimeSpan.FromTicks(model.Origin + (model.Step * i) - issued));
            if (!(values[i] > 0))
                continue;
            var log = Math.Log(values[i]);
            count++;
            sum += log;
            squares += log * log;
            noise += _spreads[index][i] * _spreads[index][i];
        }

        _centers[index] = [.. values];
        if (count == 0)
            return;
        var mean = sum / count;
        var variance = Math.Max(0, (squares / count) - (mean * mean));
        var truth = Math.Max(variance - (noise / count), LeastTrueShare * variance);
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] > 0))
                continue;
            var sigma = _spreads[index][i];
            var share = truth + (sigma * sigma) is > 0 and var total ? truth / total : 1;
            _spreads[index][i] = Math.Sqrt(share) * sigma;
            _centers[index][i] = Math.Exp(mean + (share * (Math.Log(values[i]) - mean)));
        }
    }

    int HashCode(string stream, int number)
    {
        // string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var letter in stream)
            hash = unchecked((hash ^ letter) * 16777619u);
        return unchecked((int)((hash ^ (uint)_seed) * 16777619u) ^ (number * -1640531527));
    }
}
