using Tonne.Grids;
using Tonne.Statistics;

namespace Tonne.Planning;

/// <summary>Draws of what intensities may be observed, given their forecast.</summary>
/// <remarks>
/// A forecast is the true course plus an error, so its extremes are partly error: the cleanest hours of a forecast turn out less clean.
/// <see cref="GaussianPosterior"/> accounts for that, in blocks of an hour, or longer for windows beyond eight days; within a block the
/// course of the forecast is kept. Places of one zone have the same errors; zones are independent. Observed values are not varied.
/// </remarks>
sealed class ForecastDraws
{
    const int MaxBlocks = 192;

    readonly PlaceModel[] _models;
    readonly Blocks?[] _blocks;
    readonly int _seed;

    internal ForecastDraws(PlanRequest request, PlaceModel[] models, ForecastError error)
    {
        (_models, _seed, _blocks) = (models, request.Seed, new Blocks?[models.Length]);
        for (var i = 0; i < models.Length; i++)
        {
            var series = models[i].Place.Intensity;
            if (series.Signal == IntensitySignal.Observed)
                continue;
            var same = Array.FindIndex(models, 0, i, model => ReferenceEquals(model.Place.Intensity, series)
                && (model.Step, model.Origin, model.Intensity.Length) == (models[i].Step, models[i].Origin, models[i].Intensity.Length));
            _blocks[i] = same >= 0 ? _blocks[same] : Blocks.Create(models[i], error, (series.Issued ?? request.Now).UtcTicks);
        }
    }

    /// <summary>The intensities of a draw, for each place; the same for the same number.</summary>
    internal double[][] Draw(int number)
    {
        var drawn = new double[_models.Length][];
        for (var i = 0; i < drawn.Length; i++)
        {
            var random = new Random(GetSeed(_models[i].Place.Intensity.Zone.Code, number));
            drawn[i] = _blocks[i] is { } blocks
                ? blocks.Apply(_models[i].Intensity, Exponentiate(blocks.Posterior.Draw(number, () => StandardNormal.Draw(random))))
                : _models[i].Intensity;
        }

        return drawn;
    }

    /// <summary>The expected intensities of each place.</summary>
    internal double[][] GetExpected()
    {
        var expected = new double[_models.Length][];
        for (var i = 0; i < expected.Length; i++)
            expected[i] = _blocks[i] is { } blocks ? blocks.Apply(_models[i].Intensity, blocks.Posterior.GetExpected()) : _models[i].Intensity;
        return expected;
    }

    static double[] Exponentiate(double[] logs)
    {
        for (var i = 0; i < logs.Length; i++)
            logs[i] = Math.Exp(logs[i]);
        return logs;
    }

    int GetSeed(string zone, int number)
    {
        // string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var letter in zone)
            hash = unchecked((hash ^ letter) * 16777619u);
        return unchecked((int)((hash ^ (uint)_seed) * 16777619u) ^ (number * -1640531527));
    }

    /// <summary>The forecast of a place as means of ln(intensity) over blocks of time, where it is above zero.</summary>
    sealed class Blocks(int[] blockOf, double[] means, GaussianPosterior posterior)
    {
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
            return new Blocks(blockOf, means, new GaussianPosterior([.. times], means, sigmas, error.HourlyCorrelation));
        }

        /// <summary>Scales each value of a block by the block's new level ÷ its level in the forecast.</summary>
        internal double[] Apply(double[] intensity, double[] levels)
        {
            var values = new double[intensity.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = blockOf[i] < 0 ? intensity[i] : intensity[i] * levels[blockOf[i]] / Math.Exp(means[blockOf[i]]);
            return values;
        }
    }
}
