using System.Numerics;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>Keeps hardware threads at work with multiplications and additions on vectors, as training does, until disposed.</summary>
public sealed class BusyLoop : IDisposable
{
    readonly Thread[] _threads;
    volatile bool _stop;
    double _sum;

    /// <summary>Starts the work.</summary>
    /// <param name="threads">Threads at work, at least 1.</param>
    public BusyLoop(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Work, 128 * 1024) { IsBackground = true, Name = "calibration" };
            _threads[i].Start();
        }
    }

    /// <summary>Sum of what was computed: only so that nothing can be left out.</summary>
    internal double Sum => Volatile.Read(ref _sum);

    /// <summary>Ends the work and waits for it.</summary>
    public void Dispose()
    {
        _stop = true;
        foreach (var thread in _threads)
            thread.Join();
    }

    void Work()
    {
        // Eight independent chains keep both multipliers of a core at work; the array stays in its first cache.
        Span<Vector<double>> data = stackalloc Vector<double>[64];
        data.Fill(new Vector<double>(1e-9));
        var (a, b, c, d) = (Vector<double>.One, Vector<double>.One, Vector<double>.One, Vector<double>.One);
        var (e, f, g, h) = (a, b, c, d);
        var factor = new Vector<double>(0.999_999_999);
        while (!_stop)
        {
            for (var round = 0; round < 256; round++)
            {
                for (var i = 0; i < data.Length; i += 8)
                {
                    a = (a * factor) + data[i];
                    b = (b * factor) + data[i + 1];
                    c = (c * factor) + data[i + 2];
                    d = (d * factor) + data[i + 3];
                    e = (e * factor) + data[i + 4];
                    f = (f * factor) + data[i + 5];
                    g = (g * factor) + data[i + 6];
                    h = (h * factor) + data[i + 7];
                }
            }
        }

        Volatile.Write(ref _sum, Vector.Sum(a + b + c + d + e + f + g + h));
    }
}
