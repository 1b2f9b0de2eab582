using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.Tests.PowerLimits;

/// <summary>A device whose limit is a number, and that writes down what is set.</summary>
sealed class ScriptedDevice(string name, double watts, List<string> log) : PowerLimitDevice
{
    public override string Id => "test:" + name;

    public override string Name => name;

    public override long? MinMicrowatts => 100_000_000;

    public override long? MaxMicrowatts => 400_000_000;

    public override long? DefaultMicrowatts => 350_000_000;

    /// <summary>Its limit now, µW.</summary>
    public long Now { get; private set; } = (long)(watts * 1e6);

    /// <summary>Limits that it refuses, W.</summary>
    public HashSet<double> Refused { get; } = [];

    /// <summary>The highest limit that it holds, W, whatever it is given.</summary>
    public double Ceiling { get; init; } = 1_000;

    public override long Read() => Now;

    protected override void Write(long microwatts)
    {
        log.Add($"{name} {microwatts / 1e6:0}");
        if (Refused.Contains(microwatts / 1e6))
            throw new PowerLimitException($"{name} refuses {Format(microwatts)}.");
        Now = Math.Min(microwatts, (long)(Ceiling * 1e6));
    }
}
