using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.Training;
using Tonne.Quantities;
using Tonne.Stopping;

namespace Tonne.Lab.DataSelection;

/// <summary>
/// Ends a training early: after each epoch it asks <see cref="StoppingAdvice"/> about the epochs so far, and stops when the advice was to
/// stop some epochs ago.
/// </summary>
/// <remarks>
/// The advice on a whole run uses hindsight. Here it uses what is known at that moment: validation accuracy and energy by CPU time of the
/// epochs so far, and a tenth of their mean gain per kWh as the minimum gain. Patience is the number of consecutive epochs that may gain
/// less.
/// </remarks>
/// <param name="estimator">Estimates energy from CPU time.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
/// <param name="patience">Epochs with too little gain after which training ends, at least 1.</param>
sealed class EarlyStopping(CpuTimeEstimator estimator, Func<TimeSpan> cpuTime, int patience)
{
    readonly List<StoppingPoint> _points = [];
    TimeSpan _before = cpuTime();

    /// <summary>Whether to end after an epoch; to be called once after each.</summary>
    /// <param name="epoch">The epoch; it needs validation figures.</param>
    public bool ShouldStop(EpochResult epoch)
    {
        var now = cpuTime();
        var used = estimator.Estimate("an epoch", now - _before);
        _before = now;
        _points.Add(new StoppingPoint(
            epoch.Number,
            epoch.Validation?.Accuracy ?? double.NaN,
            Energy.FromKilowattHours(used.Energy.Value),
            Emissions.FromKilograms(used.Operational.Value)));
        return epoch.Validation is not null
            && StoppingAdvice.FromEpochs("validation_accuracy", moreIsBetter: true, _points).EpochsAfter >= patience;
    }
}
