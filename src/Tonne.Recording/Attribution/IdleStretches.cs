namespace Tonne.Recording.Attribution;

/// <summary>Finds the stretches in which the part of a meter was idle, and the power in them.</summary>
sealed class IdleStretches
{
    /// <summary>Shorter stretches hold the end of the work before them.</summary>
    internal const double MinSeconds = 5;

    /// <summary>Busy share of all threads below which processors are idle: housekeeping of the system goes on always.</summary>
    internal const double MaxBusyShare = 0.02;

    double _joules;
    double _seconds;

    /// <summary>Lowest and highest mean of a stretch, W; null if there was none.</summary>
    internal (double Lowest, double Highest)? Watts { get; private set; }

    /// <summary>Length of all stretches, s.</summary>
    internal double TotalSeconds { get; private set; }

    /// <summary>Adds a slice.</summary>
    /// <param name="joules">Energy counted in it.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="isIdle">Whether the part was idle in it.</param>
    internal void Add(double joules, double seconds, bool isIdle)
    {
        if (!isIdle)
        {
            Close();
            return;
        }

        (_joules, _seconds) = (_joules + joules, _seconds + seconds);
    }

    /// <summary>Ends the present stretch.</summary>
    internal void Close()
    {
        if (_seconds >= MinSeconds && _joules > 0)
        {
            var watts = _joules / _seconds;
            Watts = Watts is { } known ? (Math.Min(known.Lowest, watts), Math.Max(known.Highest, watts)) : (watts, watts);
            TotalSeconds += _seconds;
        }

        (_joules, _seconds) = (0, 0);
    }
}
