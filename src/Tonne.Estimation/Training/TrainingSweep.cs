using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Training;

/// <summary>Estimates a large number of trainings on one accelerator at one place, as plain numbers without derivations.</summary>
/// <remarks>
/// Only the hours differ between trainings, so <see cref="TrainingEstimator"/> computes the figures of one accelerator-hour once:
/// <code>
/// figure = hours × figure of an hour
/// </code>
/// The bounds relative to the best value depend only on the σ of the utilisation. They are computed for some values of σ, from 0 to that of the
/// smallest models, when the sweep is prepared, and interpolated between them.
/// Best values equal those of the estimator, and bounds agree within 5 %, or within the noise of the draws where they are wider than a
/// factor of ten (tests check both). For the derivation of one training use
/// <see cref="TrainingEstimator.Estimate"/>. Thread safe.
/// </remarks>
public sealed class TrainingSweep
{
    // The values of σ (of ln utilisation) for which bounds are computed. Larger ones are those of very small models.
    static readonly double[] _sigmas = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5];

    readonly UtilisationModel _model;
    readonly double _peakTeraflops;
    readonly double _operationsPerHourAtPeak;
    readonly double _memoryGigabytes;
    readonly HourlyFigure[] _figures;

    /// <summary>Prepares a sweep.</summary>
    /// <param name="chip">The accelerator; its peak must be published.</param>
    /// <param name="place">Place of the training.</param>
    /// <param name="precision">Number format of the arithmetic. Default bf16.</param>
    /// <param name="model">The utilisation model; null for the one that ships with this version.</param>
    /// <exception cref="ArgumentException">No peak of the accelerator is published.</exception>
    public TrainingSweep(
        Accelerator chip, Place place, TrainingPrecision precision = TrainingPrecision.Bf16, UtilisationModel? model = null)
    {
        _model = model ?? UtilisationModel.Shipped;
        _peakTeraflops = TrainingFeatures.FindPeakTeraflops(chip)
            ?? throw new ArgumentException($"No peak of {chip.Name} is published.", nameof(chip));
        var speed = TrainingEstimator.FindSpeedFactor(precision, chip);
        _operationsPerHourAtPeak =
            TrainingEstimator.GetPeakTeraflops(precision, chip, _peakTeraflops) * 1e12 * 3600 * (speed?.Bounds.Best ?? 1);
        _memoryGigabytes = TrainingFeatures.GetMemoryGigabytes(chip);
        var hour = new TrainingEstimator(_model).Estimate(new TrainingTask(chip) { Chips = 1, Hours = 1 }, place);
        var footprint = hour.Footprint;
        var uncertainty = new UncertaintyPropagator();
        Figure?[] figures = [hour.ChipHours, footprint.Energy, footprint.Operational, footprint.Embodied, footprint.Total];
        _figures = [.. figures.Select(figure => HourlyFigure.FromFigure(figure, speed, uncertainty))];
    }

    /// <summary>Estimates one training.</summary>
    /// <param name="parameters">Number of all parameters, above 0.</param>
    /// <param name="tokens">Number of training tokens, above 0.</param>
    /// <param name="activeParameters">Number of parameters that one token uses; 0 for all of them.</param>
    /// <param name="distilled">Whether the model learns from the outputs of a larger model.</param>
    public TrainingSweepResult Estimate(double parameters, double tokens, double activeParameters = 0, bool distilled = false)
    {
        var active = activeParameters > 0 ? activeParameters : parameters;
        var mixture = TrainingFeatures.GetMixtureDegree(parameters, active);
        var (logUtilisation, sigma) = _model.PredictLog(
            new TrainingFeatures(active, _peakTeraflops, _memoryGigabytes, mixture, distilled));
        var hours = TrainingFeatures.OperationsPerParameterAndToken * active * tokens
            / (_operationsPerHourAtPeak * Math.Exp(logUtilisation));
        // Position in the table of bounds, between two values of σ.
        var position = FindPosition(sigma);
        return new TrainingSweepResult(
            _figures[0].ScaleToHours(hours, position),
            _figures[1].ScaleToHours(hours, position),
            _figures[2].ScaleToHours(hours, position),
            _figures[3].ScaleToHours(hours, position),
            _figures[4].ScaleToHours(hours, position));
    }

    /// <summary>The index of a σ among the ones computed, with the share of the way to the next one.</summary>
    static double FindPosition(double sigma)
    {
        var i = 0;
        while (i < _sigmas.Length - 2 && _sigmas[i + 1] <= sigma)
            i++;
        return i + Math.Min((sigma - _sigmas[i]) / (_sigmas[i + 1] - _sigmas[i]), 0.999999);
    }

    /// <summary>A figure of one accelerator-hour with its relative bounds.</summary>
    /// <param name="Best">The best value.</param>
    /// <param name="LogLow">ln(low ÷ best) by the σ of the utilisation.</param>
    /// <param name="LogHigh">ln(high ÷ best) by the σ of the utilisation.</param>
    sealed record HourlyFigure(double Best, double[] LogLow, double[] LogHigh)
    {
        public static HourlyFigure FromFigure(Figure? figure, Factor? speed, UncertaintyPropagator uncertainty)
        {
            var (logLow, logHigh) = (new double[_sigmas.Length], new double[_sigmas.Length]);
            if (figure is null || figure.Value == 0)
                return new HourlyFigure(0, logLow, logHigh);
            for (var i = 0; i < _sigmas.Length; i++)
            {
                // Each σ has its own factor id, because random samples are cached by id.
                var utilisation = new Derivation.FactorNode(new Factor(
                    $"training/utilisation/swept/{i}", "utilisation", "1", LogNormal.CreateBounds(1, _sigmas[i]),
                    Quality.Modelled, SourceList.Find("TONNE-TRAINING-FIT")));
                Derivation rate = speed is null ? utilisation : new Derivation.Product("rate", "1",
                    [new Derivation.Count("1 ÷ best speed-up", "1", 1 / speed.Bounds.Best), utilisation, new Derivation.FactorNode(speed)]);
                var bounds = uncertainty.ComputeBounds(new Derivation.Quotient(figure.Name, figure.Unit, figure.Derivation, rate));
                logLow[i] = bounds.Low > 0 ? Math.Log(bounds.Low / bounds.Best) : double.NegativeInfinity;
                logHigh[i] = Math.Log(bounds.High / bounds.Best);
            }

            return new HourlyFigure(figure.Value, logLow, logHigh);
        }

        public Bounds ScaleToHours(double hours, double position)
        {
            if (Best == 0)
                return default;
            var best = hours * Best;
            return new Bounds(
                best * Math.Exp(Interpolate(LogLow, position)), best, best * Math.Exp(Interpolate(LogHigh, position)));
        }

        static double Interpolate(double[] values, double position)
        {
            var i = (int)position;
            return values[i] + ((position - i) * (values[i + 1] - values[i]));
        }
    }
}
