using Tonne.Grids;
using Tonne.Statistics;

namespace Tonne.Planning;

/// <summary>Draws of what intensities may be observed, given their forecast.</summary>
/// <remarks>
/// A forecast is the true course plus an error, so its extremes are partly error: the cleanest hours of a forecast turn out less clean.
/// <see cref="GaussianPosterior"/> accounts for that, in blocks of an hour, or longer for windows beyond eight days; within a block the
/// course of the forecast is kept. A profile is taken as the mean around which values are observed. Places of one zone have the same errors; zones are independent. Observed values are not varied.
/// </remarks>
sealed class ForecastDraws
{
    const int MaxBlocks = 192;

    readonly PlaceModel[] _models;
    readonly Blocks?[] _blocks;
    readonly Dictionary<string, (Random Random, double[] Normals)> _streams = new(StringComparer.Ordinal);
    int _drawn;

    internal ForecastDraws(PlanRequest request, PlaceModel[] models, ForecastError error)
    {
        (_models, _blocks) = (models, new Blocks?[models.Length]);
        for (var i = 0; i < models.Length; i++)
        {
            var series = models[i].Place.Intensity;
            if (series.Signal == IntensitySignal.Observed)
                continue;
            var same = Array.FindIndex(models, 0, i, model => ReferenceEquals(model.Place.Intensity, series)
                && (model.Step, model.Origin, model.Intensity.Length) == (models[i].Step, models[i].Origin, models[i].Intensity.Length));
            _blocks[i] = same >= 0 ? _blocks[same] : Blocks.Create(models[i], error, (series.Issued ?? request.Now).UtcTicks);
            var needed = (_blocks[i]?.Count ?? 0) + 1;
            var code = series.Zone.Code;
            if (!_streams.TryGetValue(code, out var stream) || stream.Normals.Length < needed)
                _streams[code] = (new Random(GetSeed(code, request.Seed)), new double[needed / 2 * 2]);
        }
    }

    /// <summary>The intensities of the next draw, for each place.</summary>
    internal double[][] Draw()
    {
        foreach (var (random, normals) in _streams.Values)
        {
            for (var i = 0; i < normals.Length; i += 2)
                (normals[i], normals[i + 1]) = StandardNormal.DrawPair(random);
        }

        var drawn = new double[_models.Length][];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = _models[i].Intensity;
            if (_blocks[i] is not { } blocks)
                continue;
            var normals = _streams[_models[i].Place.Intensity.Zone.Code].Normals;
            drawn[i] = blocks.Apply(drawn[i], Exponentiate(blocks.Posterior.Draw(_drawn, normals)));
        }

        _drawn++;
        return drawn;
    }

    /// <summary>The expected intensities of each place.</summary>
    internal double[][] GetExpected()
    {
        var expected = new double[_models.Length][];
        for (var i = 0; i < expected.Length; i++)
            expected[i] = _blocks[i] is { } blocks ? blocks.Apply(_models[i].Intensity, blocks.Posterior.GetExpected())
                : _models[i].Intensity;
        return expected;
    }

    static double[] Exponentiate(double[] logs)
    {
        for (var i = 0; i < logs.Length; i++)
            logs[i] = Math.Exp(logs[i]);
        return logs;
    }

    static int GetSeed(string zone, int seed)
    {
        // string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var letter in zone)
            hash = unchecked((hash ^ letter) * 16777619u);
        return unchecked((int)((hash ^ (uint)seed) * 16777619u));
    }

    /// <summary>The forecast of a place as means of ln(intensity) over blocks of time, where it is above zero.</summary>
    sealed class Blocks(int[] blockOf, double[] means, GaussianPosterior posterior)
    {
        readonly double[] _levels = Exponentiate([.. means]);

        internal int Count => means.Length;

        internal GaussianPosterior Posterior => posterior;

        internal static Blocks? Create(PlaceModel model, ForecastError error, long issued)
        {
            var values = model.Intensity;
            var hours = Math.Max(1, Math.Ceiling((model.End - model.Origin) / (double)TimeSpan.TicksPerHour / MaxBlocks));
            var length = Math.Max(model.Step, (long)hours * TimeSpan.TicksPerHour);
            var blockOf = new int[values.Length];
            var (sums, times, counts) = (new List<double>(), new List<double>(), new List<int>());
            var last = -1L;
            for (var i = 0; i < values.Length; i++)
            {
                blockOf[i] = -1;
                if (!(values[i] > 0))
                    continue;
                var (at, block) = (model.Origin + (model.Step * i), model.Step * i / length);
                if (block != last)
                {
                    sums.Add(0);
                    counts.Add(0);
                    times.Add((at - issued) / (double)TimeSpan.TicksPerHour);
                    last = block;
                }

                blockOf[i] = sums.Count - 1;
                sums[^1] += Math.Log(values[i]);
                counts[^1]++;
            }

            if (sums.Count == 0)
                return null;
            var means = sums.Select((sum, block) => sum / counts[block]).ToArray();
            var sigmas = times.Select(time => error.GetSigma(TimeSpan.FromHours(time))).ToArray();
            // A profile is the mean of what is observed at its hours, and no attempt to tell one course: its extremes are no errors.
            var isMean = model.Place.Intensity.Signal is IntensitySignal.Profile or IntensitySignal.Annual;
            return new Blocks(blockOf, means, isMean
                ? GaussianPosterior.AroundMean([.. times], means, sigmas, error.HourlyCorrelation)
                : new GaussianPosterior([.. times], means, sigmas, error.HourlyCorrelation));
        }

        /// <summary>Scales each value of a block by the block's new level ÷ its level in the forecast.</summary>
        internal double[] Apply(double[] intensity, double[] levels)
        {
            var values = new double[intensity.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = blockOf[i] < 0 ? intensity[i] : intensity[i] * levels[blockOf[i]] / _levels[blockOf[i]];
            return values;
        }
    }
}
