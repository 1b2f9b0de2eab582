using System.Collections.Immutable;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Instruments.Files;
using Tonne.Instruments.PowerLimits;
using Tonne.Instruments.Processes;

namespace Tonne.Cli.PowerLimits;

/// <summary>The power limits of one bench: what was found, what is set for each run, and the restoring at the end.</summary>
sealed class PowerLimitSession : IDisposable
{
    readonly CommandContext _context;
    readonly Settings _settings;
    readonly PowerLimitFile _file;
    readonly FileStream _lock;
    readonly PowerLimitDevices _devices;
    readonly PowerLimitSetter _setter;
    readonly HashSet<string> _notes = new(StringComparer.Ordinal);
    PowerLimitGuard? _guard;
    bool _restored;

    PowerLimitSession(CommandContext context, Settings settings, PowerLimitFile file, FileStream held, PowerLimitDevices devices,
        PowerLimitSetter setter, ImmutableArray<PowerLimitVariant> variants) =>
        (_context, _settings, _file, _lock, _devices, _setter, Variants) = (context, settings, file, held, devices, setter, variants);

    /// <summary>The limits that are compared; what was found is the first.</summary>
    internal ImmutableArray<PowerLimitVariant> Variants { get; }

    /// <summary>The devices whose power is limited.</summary>
    internal IReadOnlyList<PowerLimitDevice> Devices => _setter.Devices;

    /// <summary>The limit that each device had, µW.</summary>
    internal IReadOnlyList<long> Found => _setter.Found;

    /// <summary>What a reader of the result must know of the limits.</summary>
    internal IEnumerable<string> Notes => _notes.Order(StringComparer.Ordinal);

    /// <summary>The process that restores the limits if this one is killed; 0 if there is none.</summary>
    internal int GuardianPid => _guard?.Pid ?? 0;

    /// <summary>Finds the devices, restores what an earlier bench has left, keeps what is found in a file, and starts the guardian. Changes
    /// no limit.</summary>
    /// <exception cref="InvalidInputException">A device does not take a limit that was asked for.</exception>
    /// <exception cref="PowerLimitException">No device takes a limit, another bench runs, or there is no guardian.</exception>
    internal static PowerLimitSession Open(CommandContext context, Settings settings, IReadOnlyList<RequestedPowerLimit> requested,
        PowerLimitDeviceKind? kind)
    {
        if (context.HostSystem is { } system)
            throw new PowerLimitException($"power limits are set on Linux only, not on {system.Name}.");
        var file = new PowerLimitFile(settings.Home);
        FileStream? held = null;
        PowerLimitDevices? found = null;
        try
        {
            found = PowerLimitDevices.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable));
            var devices = Choose(found, kind);
            held = file.Lock();
            RestoreLeft(context, file, found);
            var setter = new PowerLimitSetter(devices, [.. devices.Select(device => device.Read())]);
            var session = new PowerLimitSession(context, settings, file, held, found, setter,
                PowerLimitVariant.Create(requested, devices, setter.Found));
            session.Begin();
            return session;
        }
        catch
        {
            held?.Dispose();
            found?.Dispose();
            throw;
        }
    }

    /// <summary>Restores what an earlier bench has left, and says what was done.</summary>
    /// <exception cref="PowerLimitException">Not all could be restored.</exception>
    internal static void RestoreLeft(CommandContext context, Settings settings)
    {
        var file = new PowerLimitFile(settings.Home);
        if (file.Read() is null)
        {
            context.Out.WriteLine("No bench has left a power limit to restore.");
            return;
        }

        using var held = file.Lock();
        using var devices = PowerLimitDevices.Discover(new FileTree(settings.Sysroot),
            settings.CreateDiscoveryOptions(context.GetVariable));
        RestoreLeft(context, file, devices);
        context.Out.WriteLine("All power limits are restored.");
    }

    /// <summary>Sets the limits of a variant, on all devices or none.</summary>
    /// <exception cref="PowerLimitException">A device refuses, or the guardian was killed and no other starts.</exception>
    internal void Apply(int variant)
    {
        if (_guard is not { IsAlive: true })
        {
            _guard?.Dispose();
            _guard = StartGuard();
        }

        _setter.Set(Variants[variant].Microwatts);
    }

    /// <summary>Looks whether the limits of a variant still hold after a run.</summary>
    /// <returns>What is wrong; null if nothing is.</returns>
    internal string? FindProblem(int variant)
    {
        try
        {
            for (var i = 0; i < Devices.Count; i++)
            {
                var (device, wanted) = (Devices[i], Variants[variant].Microwatts[i]);
                if (device.Read() is var now && !PowerLimitDevice.AreEqual(now, wanted))
                    return $"another program has set the power limit of {device.Name} to {PowerLimitDevice.Format(now)} during a run at "
                        + $"{PowerLimitDevice.Format(wanted)}.";
                if (device.ReadEnforced() is { } enforced && enforced < wanted && !PowerLimitDevice.AreEqual(enforced, wanted))
                    _notes.Add($"{device.Name} enforced {PowerLimitDevice.Format(enforced)} where {PowerLimitDevice.Format(wanted)} was "
                        + "set: another limit of it is lower.");
            }

            return null;
        }
        catch (PowerLimitException error)
        {
            return error.Message;
        }
    }

    /// <summary>Restores what was found and lets the guardian go; says what could not be restored.</summary>
    /// <returns>False if something could not be restored.</returns>
    internal bool Restore()
    {
        if (_restored)
            return true;
        _restored = true;
        var problems = _setter.Restore();
        foreach (var problem in problems)
            _context.Error.WriteLine("tonne: " + problem);
        if (problems.Count == 0)
            _file.Delete();
        else
            _context.Error.WriteLine($"tonne: to try again: {PowerLimitFile.RestoreCommand}");
        _guard?.Dispose();
        return problems.Count == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Restore();
        _lock.Dispose();
        _devices.Dispose();
    }

    static IReadOnlyList<PowerLimitDevice> Choose(PowerLimitDevices found, PowerLimitDeviceKind? kind)
    {
        var chosen = kind switch
        {
            PowerLimitDeviceKind.Gpu => found.Gpus,
            PowerLimitDeviceKind.Cpu => found.Processors,
            _ => found.Gpus.Count > 0 ? found.Gpus : found.Processors,
        };
        var what = kind switch { PowerLimitDeviceKind.Gpu => "GPU", PowerLimitDeviceKind.Cpu => "processor", _ => "device" };
        return chosen.Count > 0 ? chosen
            : throw new PowerLimitException($"no {what} here takes a power limit: {string.Join("; ", found.Reasons)}.");
    }

    static void RestoreLeft(CommandContext context, PowerLimitFile file, PowerLimitDevices devices)
    {
        if (file.Read() is not { } record)
            return;
        var problems = record.RestoreLeft(devices.Find, ProcessIdentity.GetCurrent().BootId,
            text => context.Error.WriteLine("tonne: " + text));
        if (problems.Count > 0)
            throw new PowerLimitException($"a bench that was killed has left power limits: {string.Join(' ', problems)} If they are "
                + $"right, delete {file.Location}");
        file.Delete();
    }

    void Begin()
    {
        _file.Write(new PowerLimitRecord(PowerLimitRecord.CurrentSchema, Environment.ProcessId, ProcessIdentity.GetCurrent().BootId,
            _context.Time.GetUtcNow(),
            [.. Devices.Select((device, i) => new FoundPowerLimit(device.Id, device.Name, Found[i]))],
            [.. Variants.SelectMany(variant => variant.Microwatts).Distinct().Order()]));
        try
        {
            _guard = StartGuard();
        }
        catch
        {
            _file.Delete();
            throw;
        }
    }

    PowerLimitGuard StartGuard() => PowerLimitGuard.Start(_settings.Home, _lock, _settings.Sysroot, _settings[Setting.Nvml]);
}
