using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.Training;
using Tonne.Quantities;
using Tonne.Stopping;

namespace Tonne.Lab.DataSelection;

/// <summary>Ends a training while it runs: after an epoch it asks <see cref="StoppingAdvice"/> about the epochs so far, and stops when the advice was to stop some epochs ago.</summary>
/// <remarks>
/// The advice on a whole run is hindsight; here it is asked with what is known at that moment: validation accuracy and energy by CPU time of the epochs so far,
/// a tenth of their mean gain per kWh as what an epoch must bring. Patience is the number of epochs that may fail to.
/// </remarks>
/// <param name="estimator">What CPU time costs.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
/// <param name="patience">Epochs without enough gain after which it ends, at least 1.</param>
public sealed class EarlyStopping(CpuTimeEstimator estimator, Func<TimeSpan> cpuTime, int patience)
{
    readonly List<StoppingPoint> _points = [];
    TimeSpan _before = cpuTime();

    /// <summary>Whether to end after an epoch; to be asked after each, once.</summary>
    /// <param name="epoch">The epoch; it needs validation figures.</param>
    public bool ShouldStop(EpochResult epoch)
    {
        var now = cpuTime();
        var used = estimator.Estimate("an epoch", now - _before);
        _before = now;
        _points.Add(new StoppingPoint(epoch.Number, epoch.Validation?.Accuracy ?? double.NaN, Energy.FromKilowattHours(used.Energy.Value), Emissions.FromKilograms(used.Operational.Value)));
        return epoch.Validation is not null && StoppingAdvice.Of("validation_accuracy", moreIsBetter: true, _points).EpochsAfter >= patience;
    }
}
