using System.Collections.Immutable;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Calls the observers of one run, and drops those that throw. Thread safe.</summary>
sealed class RunObservers(ImmutableArray<IRunObserver> observers, string runId, Action<RecorderProblem>? onProblem)
{
    readonly Lock _gate = new();
    readonly List<IRunObserver> _observers = [.. observers];

    internal bool IsEmpty => observers.IsEmpty;

    internal void NotifyOpened(RunOpening opening) => Notify(observer => observer.OnOpened(opening));

    internal void NotifyMark(Mark mark) => Notify(observer => observer.OnMark(runId, mark));

    internal void NotifyFinished(RunResult result) => Notify(observer => observer.OnFinished(result));

    // A lambda could not capture the span of readings.
    internal void NotifySample(long timestamp, ReadOnlySpan<Reading> readings)
    {
        lock (_gate)
        {
            for (var i = _observers.Count - 1; i >= 0; i--)
            {
                try
                {
                    _observers[i].OnSample(runId, timestamp, readings);
                }
#pragma warning disable CA1031 // Whatever an observer's failure is, it must not cost a sample.
                catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
                {
                    Drop(i, error);
                }
            }
        }
    }

    void Notify(Action<IRunObserver> call)
    {
        if (IsEmpty)
            return;
        lock (_gate)
        {
            for (var i = _observers.Count - 1; i >= 0; i--)
            {
                try
                {
                    call(_observers[i]);
                }
#pragma warning disable CA1031 // Whatever an observer's failure is, it must not cost the run.
                catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
                {
                    Drop(i, error);
                }
            }
        }
    }

    void Drop(int index, Exception error)
    {
        _observers.RemoveAt(index);
        onProblem?.Invoke(new RecorderProblem(RecorderProblemKind.ObserverFailed, error));
    }
}
