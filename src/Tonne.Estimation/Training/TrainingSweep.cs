using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Training;

/// <summary>Estimates very many trainings on one accelerator at one place, as plain numbers without derivations.</summary>
/// <remarks>
/// Only the hours differ between trainings, so <see cref="TrainingEstimator"/> computes the figures of one accelerator-hour once:
/// <code>
/// figure = hours × figure of an hour
/// </code>
/// The limits depend only on the width of the utilisation's bounds. They are computed at sixteen widths when the sweep is prepared, and
/// interpolated.
/// Values equal the estimator's, and limits agree within 5 % (tests check both). For the derivation of one training use
/// <see cref="TrainingEstimator.Estimate"/>. Thread safe.
/// </remarks>
public sealed class TrainingSweep
{
    const double Step = 0.1;
    const int Widths = 16;

    readonly UtilisationModel _model;
    readonly double _peak;
    readonly double _rate;
    readonly double _memory;
    readonly HourlyFigure[] _figures;

    /// <summary>Prepares a sweep.</summary>
    /// <param name="chip">The accelerator; its peak must be published.</param>
    /// <param name="place">Place of the training.</param>
    /// <param name="precision">Number format of the arithmetic. Default bf16.</param>
    /// <param name="model">The model of utilisation; null for the one shipped.</param>
    /// <exception cref="ArgumentException">No peak of the accelerator is published.</exception>
    public TrainingSweep(Accelerator chip, Place place, TrainingPrecision precision = TrainingPrecision.Bf16, UtilisationModel? model = null)
    {
        _model = model ?? UtilisationModel.Shipped;
        _peak = TrainingFeatures.FindPeakTeraflops(chip) ?? throw new ArgumentException($"No peak of {chip.Name} is published.", nameof(chip));
        var speed = TrainingEstimator.FindSpeedFactor(precision, chip);
        _rate = TrainingEstimator.GetPeakTeraflops(precision, chip, _peak) * 1e12 * 3600 * (speed?.Bounds.Best ?? 1);
        _memory = TrainingFeatures.GetMemoryGigabytes(chip);
        var hour = new TrainingEstimator(_model).Estimate(new TrainingTask(chip) { Chips = 1, Hours = 1 }, place);
        var footprint = hour.Footprint;
        var uncertainty = new UncertaintyPropagator();
        _figures = [.. new[] { hour.ChipHours, footprint.Energy, footprint.Operational, footprint.Embodied, footprint.Total }.Select(figure => HourlyFigure.FromFigure(figure, speed, uncertainty))];
    }

    /// <summary>Estimates one training.</summary>
    /// <param name="parameters">All parameters, above 0.</param>
    /// <param name="tokens">Tokens trained on, above 0.</param>
    /// <param name="activeParameters">Active parameters per token; 0 for all of them.</param>
    /// <param name="distilled">Whether it learns from the outputs of a larger model.</param>
    public TrainingSweepResult Estimate(double parameters, double tokens, double activeParameters = 0, bool distilled = false)
    {
        var active = activeParameters > 0 ? activeParameters : parameters;
        var (mean, sigma) = _model.PredictLog(new TrainingFeatures(active, tokens, _peak, _memory, parameters > active * 1.01, distilled));
        var hours = TrainingFeatures.OperationsPerParameterAndToken * active * tokens / (_rate * Math.Exp(mean));
        var at = Math.Min(sigma / Step, Widths - 1.000001);
        return new TrainingSweepResult(_figures[0].ScaleToHours(hours, at), _figures[1].ScaleToHours(hours, at), _figures[2].ScaleToHours(hours, at), _figures[3].ScaleToHours(hours, at), _figures[4].ScaleToHours(hours, at));
    }

    /// <summary>A figure of one accelerator-hour, and the logarithms of its limits over its value by the width of the utilisation.</summary>
    sealed record HourlyFigure(double Best, double[] Low, double[] High)
    {
        public static HourlyFigure FromFigure(Figure? figure, Factor? speed, UncertaintyPropagator uncertainty)
        {
            var (low, high) = (new double[Widths], new double[Widths]);
            if (figure is null || figure.Value == 0)
                return new HourlyFigure(0, low, high);
            for (var i = 0; i < Widths; i++)
            {
                // Each width has its own factor id, because draws are stored by id.
                var utilisation = new Derivation.FactorNode(new Factor($"training/utilisation/swept/{i}", "utilisation", "1", LogNormal.CreateBounds(1, i * Step), Quality.Modelled, SourceList.Find("TONNE-TRAINING-FIT")));
                Derivation rate = speed is null ? utilisation : new Derivation.Product("rate", "1",
                    [new Derivation.Count("1 ÷ best speed-up", "1", 1 / speed.Bounds.Best), utilisation, new Derivation.FactorNode(speed)]);
                var bounds = uncertainty.ComputeBounds(new Derivation.Quotient(figure.Name, figure.Unit, figure.Derivation, rate));
                low[i] = bounds.Low > 0 ? Math.Log(bounds.Low / bounds.Best) : double.NegativeInfinity;
                high[i] = Math.Log(bounds.High / bounds.Best);
            }

            return new HourlyFigure(figure.Value, low, high);
        }

        public Bounds ScaleToHours(double hours, double at)
        {
            if (Best == 0)
                return default;
            var best = hours * Best;
            var i = (int)at;
            var part = at - i;
            return new Bounds(best * Math.Exp(Low[i] + (part * (Low[i + 1] - Low[i]))), best, best * Math.Exp(High[i] + (part * (High[i + 1] - High[i]))));
        }
    }
}
