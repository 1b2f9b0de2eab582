using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>An epoch that has begun: report its metrics, and dispose it to end the epoch.</summary>
/// <remarks>For one thread.</remarks>
public sealed class EpochScope : IDisposable
{
    readonly RecordedRun _run;
    readonly MetricValues _metrics = new();
    bool _ended;

    internal EpochScope(RecordedRun run, int number) => (_run, Number) = (run, number);

    /// <summary>Number of the epoch, as the program counts.</summary>
    public int Number { get; }

    /// <summary>Reports the usual metrics; a later value replaces an earlier one. NaN and infinity are stored as they are.</summary>
    /// <param name="loss">Training loss; null if not known.</param>
    /// <param name="accuracy">Training accuracy, 0 to 1; null if not known.</param>
    /// <param name="validationLoss">Loss on validation data; null if not known.</param>
    /// <param name="validationAccuracy">Accuracy on validation data, 0 to 1; null if not known.</param>
    public void Report(double? loss = null, double? accuracy = null, double? validationLoss = null, double? validationAccuracy = null)
    {
        Set("loss", loss);
        Set("accuracy", accuracy);
        Set("validation_loss", validationLoss);
        Set("validation_accuracy", validationAccuracy);

        void Set(string name, double? value)
        {
            if (value is { } known)
                _metrics.Set(name, known);
        }
    }

    /// <summary>Reports any metric, under its canonical name (<see cref="MetricName"/>). Metrics beyond the 64th of an epoch are left out.</summary>
    /// <param name="name">Up to 64 letters, digits and underscores.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public void Report(string name, double value)
    {
        ArgumentNullException.ThrowIfNull(name);
        var canonical = MetricName.ToCanonical(name);
        if (!MetricName.IsValid(canonical))
            throw new ArgumentException($"'{name}' is not the name of a metric: use up to {MetricName.MaxLength} letters, digits and underscores.", nameof(name));
        _metrics.Set(canonical, value);
    }

    /// <summary>Ends the epoch. Called again it does nothing.</summary>
    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        _run.AddMark(_metrics.ToMark(Number, _run.ElapsedNanoseconds, MarkOrigin.Mark));
    }
}
