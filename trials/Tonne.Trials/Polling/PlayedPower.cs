using System.Diagnostics;

namespace Tonne.Trials.Polling;

/// <summary>A steady power with a few swells in the middle of a run: the values that a stand-in returns, and those that the run must have counted.</summary>
/// <remarks>
/// The power is steady at the edges, because the times of the first and the last sample are known only to some ten milliseconds.
/// </remarks>
sealed class PlayedPower(double baseWatts, double swellWatts)
{
    /// <summary>Length of the swells, in s, and how many they are.</summary>
    const double Length = 3;
    const int Swells = 2;

    readonly long _zero = Stopwatch.GetTimestamp();
    readonly Lock _gate = new();
    readonly List<double> _begins = [];

    /// <summary>Seconds since it began to play.</summary>
    internal double Now => Stopwatch.GetElapsedTime(_zero).TotalSeconds;

    /// <summary>W now: the swells are sin².</summary>
    internal double Watts
    {
        get
        {
            var now = Now;
            lock (_gate)
                return baseWatts + _begins.Where(begin => now > begin && now < begin + Length).Sum(begin => swellWatts * Math.Pow(Math.Sin((now - begin) * Turn), 2));
        }
    }

    /// <summary>J since it began to play.</summary>
    internal double Joules
    {
        get
        {
            var now = Now;
            lock (_gate)
                return (baseWatts * now) + _begins.Sum(begin => Swell(Math.Clamp(now - begin, 0, Length)));
        }
    }

    static double Turn => Math.PI * Swells / Length;

    /// <summary>Swells from one second hence.</summary>
    internal void Play()
    {
        lock (_gate)
            _begins.Add(Now + 1);
    }

    /// <summary>J of a run in which the swells were played once.</summary>
    internal double Of(RunJson run) => (baseWatts * run.DurationSeconds) + Swell(Length);

    /// <summary>Measures a command that lasts long enough for the swells, and plays them once it has started.</summary>
    internal static async Task<(Finished Finished, RunJson Run)> MeasureAsync(TonneCommand tonne, string[] options, params PlayedPower[] powers)
    {
        var started = tonne.At($"started-{Guid.NewGuid():N}");
        var measured = tonne.MeasureAsync(options, "sh", "-c", $"touch {started}; sleep 6");
        while (!File.Exists(started) && !measured.IsCompleted)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        foreach (var power in powers)
            power.Play();
        return await measured;
    }

    /// <summary>∫ sin²(turn·x) dx = x/2 − sin(2·turn·x)/(4·turn).</summary>
    double Swell(double seconds) => swellWatts * ((seconds / 2) - (Math.Sin(2 * Turn * seconds) / (4 * Turn)));
}
