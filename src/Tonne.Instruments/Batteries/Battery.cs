using Tonne.Instruments.Files;

namespace Tonne.Instruments.Batteries;

/// <summary>Reads one battery of the machine: its state and its power.</summary>
/// <remarks>Power from <c>power_now</c> (µW), else <c>current_now</c> (µA) × <c>voltage_now</c> (µV). Some gauges give a current that flows
/// out a sign. Source: Linux, Documentation/ABI/testing/sysfs-class-power.</remarks>
sealed class Battery : IDisposable
{
    /// <summary>Reason of a gap: the battery reports that it discharges, with a power of 0.</summary>
    internal const string ZeroWhileDischarging = "the battery discharges and its gauge reports 0";

    /// <summary>Beyond any machine's battery: 1 kW, 1 kA, 1 kV, in millionths.</summary>
    const long MaxRawValue = 1_000_000_000;

    readonly PersistentFile _status;
    readonly PersistentFile? _power;
    readonly PersistentFile? _current;
    readonly PersistentFile? _voltage;

    internal Battery(FileTree tree, string folder)
    {
        (Folder, _status) = (folder, tree.OpenPersistent($"{folder}/status"));
        if (tree.Exists($"{folder}/power_now"))
            _power = tree.OpenPersistent($"{folder}/power_now");
        else if (tree.Exists($"{folder}/current_now") && tree.Exists($"{folder}/voltage_now"))
            (_current, _voltage) = (tree.OpenPersistent($"{folder}/current_now"), tree.OpenPersistent($"{folder}/voltage_now"));
    }

    /// <summary>Folder of the battery in the file tree.</summary>
    internal string Folder { get; }

    /// <summary>Whether the battery reports its power.</summary>
    internal bool HasPower => _power is not null || _current is not null;

    /// <summary>Present state of the battery.</summary>
    internal BatteryState ReadState(out string? reason)
    {
        var text = _status.Read(out reason);
        if (reason is not null)
            return BatteryState.Unknown;
        if (Is(text, "Discharging"u8))
            return BatteryState.Discharging;
        if (Is(text, "Charging"u8))
            return BatteryState.Charging;
        return Is(text, "Full"u8) || Is(text, "Not charging"u8) ? BatteryState.NotCharging : BatteryState.Unknown;

        static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => text.StartsWith(word) && KernelText.IsBlank(text[word.Length..]);
    }

    /// <summary>The power it gives, in mW, while it discharges.</summary>
    internal bool TryReadMilliwatts(out long milliwatts, out string? reason)
    {
        milliwatts = 0;
        if (_power is not null)
        {
            if (!TryReadMagnitude(_power, out var microwatts, out reason))
                return false;
            milliwatts = (microwatts + 500) / 1000;
        }
        else
        {
            long microamperes = 0, microvolts = 0;
            reason = ReadFailure.Missing;
            if (_current is null || _voltage is null || !TryReadMagnitude(_current, out microamperes, out reason) || !TryReadMagnitude(_voltage, out microvolts, out reason))
                return false;
            // µA × µV = pW; at most 10^18, which fits.
            milliwatts = microamperes * microvolts / 1_000_000_000;
        }

        reason = milliwatts == 0 ? ZeroWhileDischarging : null;
        return reason is null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _status.Dispose();
        _power?.Dispose();
        _current?.Dispose();
        _voltage?.Dispose();
    }

    static bool TryReadMagnitude(PersistentFile file, out long amount, out string? reason)
    {
        var text = file.Read(out reason);
        amount = 0;
        if (reason is not null)
            return false;
        if (!text.IsEmpty && text[0] == (byte)'-')
            text = text[1..];
        if (KernelText.TryParseNumber(text, out amount) && amount <= MaxRawValue)
            return true;
        reason = ReadFailure.Malformed;
        return false;
    }
}
